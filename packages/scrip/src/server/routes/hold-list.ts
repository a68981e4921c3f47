import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { AccountState } from '../../core/account.ts';
import { eachHold, findHold } from '../../core/hold-tree.ts';
import type { HoldPlaced } from '../../core/entry.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { accountNotFound } from '../auth.ts';
import { ofKind } from '../answer-change.ts';
import { waitInLine } from '../in-line.ts';
import type { PageQuery } from '../page.ts';
import { decodeVersionCursor, DEFAULT_LIMIT, versionPageJson } from '../page.ts';
import type { HoldState } from '../render/hold.ts';
import { renderListedHold, renderOpenHold } from '../render/hold.ts';
import { sendJson } from '../reply.ts';
import type { RouteContext } from '../route-context.ts';
import { holdList, holdQuery } from '../schemas/hold.ts';
import { routeSchema } from '../schemas/route-schema.ts';

interface Page {
  readonly afterVersion: number;
  readonly limit: number;
}

/** An account's holds in the order in which they were placed: the open ones, or all. */
export function registerHoldList(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.get<{ Params: { accountId: string }; Querystring: PageQuery & { state?: 'open' } }>(
    '/accounts/:accountId/holds',
    {
      onRequest: [authorise({ role: 'read' }), waitInLine],
      schema: routeSchema(
        { summary: 'List holds', tag: 'Holds' },
        { params: { accountId: Type.String() }, query: holdQuery, reply: { 200: holdList } },
      ),
    },
    async ({ params: { accountId }, query: { limit = DEFAULT_LIMIT, after, state: standing } }, reply) => {
      const page = { afterVersion: decodeVersionCursor('holds', after), limit: limit + 1 };
      const holds =
        standing === 'open'
          ? openHolds(await existing(ledger, accountId), page)
          : await allHolds(ledger, accountId, page);
      return sendJson(reply, 200, versionPageJson('holds', holds, limit));
    },
  );
}

async function existing(ledger: Ledger, accountId: string): Promise<AccountState> {
  const state = await ledger.account(accountId);
  if (state === null) throw accountNotFound();
  return state;
}

function openHolds(state: AccountState, { afterVersion, limit }: Page) {
  return [...eachHold(state.holds)]
    .filter(({ version }) => version > afterVersion)
    .toSorted((a, b) => a.version - b.version)
    .slice(0, limit)
    .map((hold) => renderOpenHold(state.id, hold));
}

async function allHolds(ledger: Ledger, accountId: string, page: Page) {
  const found = await ledger.entries({ accountId, ...page, kind: 'HoldPlaced' });
  // Read after the entries: a hold that it does not know as open has ended.
  const state = await existing(ledger, accountId);
  return Promise.all(
    found.map(async ({ entry }) => {
      const placed = ofKind(entry, 'HoldPlaced');
      return renderListedHold(placed, await standingOf(ledger, state, placed));
    }),
  );
}

async function standingOf(ledger: Ledger, state: AccountState, placed: HoldPlaced): Promise<HoldState> {
  const { version, change } = placed;
  const id = change?.id ?? '';
  // A later hold may bear the same id.
  if (findHold(state.holds, id)?.version === version) return 'open';
  const end = (await ledger.findChange(state.id, id, { version }))?.continuation?.entry.kind;
  if (end === 'HoldCaptured') return 'captured';
  // A deadline that has passed is written down with the account's next change.
  return end === 'HoldReleased' ? 'released' : 'expired';
}
