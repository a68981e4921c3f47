import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { AccountState, Lot } from '../../core/account.ts';
import { currentCard } from '../../core/rate-card.ts';
import { formatMicros } from '../../core/credits.ts';
import { compareLots } from '../../core/lots.ts';
import type { RateCard } from '../../core/rate-card.ts';
import { accountNotFound } from '../auth.ts';
import { waitInLine } from '../in-line.ts';
import type { PageQuery } from '../page.ts';
import { decodeCursor, DEFAULT_LIMIT, encodeCursor, pageJson, unknownCursor } from '../page.ts';
import { formatTime, formatTimeOrNull } from '../render/time.ts';
import { sendJson } from '../reply.ts';
import type { RouteContext } from '../route-context.ts';
import { lotList } from '../schemas/balance.ts';
import { routeSchema } from '../schemas/route-schema.ts';
import { pageQuery, strictObject } from '../schemas/values.ts';

interface Place {
  readonly pool: string;
  readonly lot: Lot;
}

/** What remains of each grant, pool by pool, in the order in which it is used up. */
export function registerLots(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.get<{ Params: { accountId: string }; Querystring: PageQuery }>(
    '/accounts/:accountId/lots',
    {
      onRequest: [authorise({ role: 'read', own: true }), waitInLine],
      schema: routeSchema(
        { summary: 'List lots in burn-down order', tag: 'Balance' },
        { params: { accountId: Type.String() }, query: strictObject(pageQuery), reply: { 200: lotList } },
      ),
    },
    async ({ params: { accountId }, query: { limit = DEFAULT_LIMIT, after } }, reply) => {
      const [state, cards] = await Promise.all([ledger.account(accountId), ledger.rateCards()]);
      if (state === null) throw accountNotFound();
      const card = currentCard(cards);
      const places = placesAfter(state, card, decodePlace(after));
      const page = places.slice(0, limit);
      const last = places.length > limit ? page.at(-1) : undefined;
      const next = last === undefined ? null : encodePlace(last);
      return sendJson(reply, 200, pageJson(page.map(renderLot), next));
    },
  );
}

/** Lots come and go between two pages: the cursor holds the last lot's own place in the order, not a count. */
function placesAfter(state: AccountState, card: RateCard, after: Place | null): Place[] {
  const order = new Map(card.pools.map((pool, index) => [pool.id, index]));
  const compare = (a: Place, b: Place): number =>
    (order.get(a.pool) ?? 0) - (order.get(b.pool) ?? 0) || compareLots(a.lot, b.lot);
  return state.pools
    .flatMap(({ pool, lots }) => lots.map((lot) => ({ pool, lot })))
    .filter((place) => after === null || (!isSame(place, after) && compare(place, after) > 0))
    .toSorted(compare);
}

function isSame(a: Place, b: Place): boolean {
  return a.pool === b.pool && a.lot.version === b.lot.version;
}

function encodePlace({ pool, lot }: Place): string {
  const { version, priority, expiresAtMs, kind, grantedAtMs, grantId } = lot;
  return encodeCursor(
    'lots',
    JSON.stringify([pool, version, priority, expiresAtMs, kind, grantedAtMs, grantId]),
  );
}

const PLACE =
  /^\["[^"\\]{1,64}",\d{1,15},-?\d{1,4},(?:\d{1,15}|null),"(?:one-time|recurring)",\d{1,15},".+"\]$/;

type PlaceParts = readonly [string, number, number, number | null, Lot['kind'], number, string];

function decodePlace(after: string | undefined): Place | null {
  const text = decodeCursor('lots', after, PLACE);
  if (text === null) return null;
  const [pool, version, priority, expiresAtMs, kind, grantedAtMs, grantId] = parsePlace(text);
  const lot = { version, priority, expiresAtMs, kind, grantedAtMs, grantId, freeMicros: 0n, heldMicros: 0n };
  return { pool, lot };
}

function parsePlace(text: string): PlaceParts {
  try {
    return JSON.parse(text) as PlaceParts;
  } catch {
    throw unknownCursor();
  }
}

function renderLot({ pool, lot }: Place) {
  return {
    pool,
    grantId: lot.grantId,
    lot: lot.version,
    kind: lot.kind,
    amount: formatMicros(lot.freeMicros + lot.heldMicros),
    held: formatMicros(lot.heldMicros),
    available: formatMicros(lot.freeMicros),
    priority: lot.priority,
    grantedAt: formatTime(lot.grantedAtMs),
    expiresAt: formatTimeOrNull(lot.expiresAtMs),
  };
}
