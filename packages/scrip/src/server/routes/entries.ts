import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { accountNotFound } from '../auth.ts';
import { waitInLine } from '../in-line.ts';
import type { PageQuery } from '../page.ts';
import { decodeVersionCursor, DEFAULT_LIMIT, versionPageJson } from '../page.ts';
import { renderEntry } from '../render/entry.ts';
import { sendJson } from '../reply.ts';
import type { RouteContext } from '../route-context.ts';
import { entryList } from '../schemas/entry.ts';
import { routeSchema } from '../schemas/route-schema.ts';
import { pageQuery, strictObject } from '../schemas/values.ts';

export function registerEntries(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.get<{ Params: { accountId: string }; Querystring: PageQuery }>(
    '/accounts/:accountId/entries',
    {
      onRequest: [authorise({ role: 'read', own: true }), waitInLine],
      schema: routeSchema(
        {
          summary: "List the journal's entries",
          description:
            'Oldest first. What time has done since the last change is written down with the next one. Where the oldest have been sealed, `sealedThrough` is the last of them.',
          tag: 'Entries',
        },
        { params: { accountId: Type.String() }, query: strictObject(pageQuery), reply: { 200: entryList } },
      ),
    },
    async ({ params: { accountId }, query: { limit = DEFAULT_LIMIT, after } }, reply) => {
      const afterVersion = decodeVersionCursor('entries', after);
      const read = () => ledger.entries({ accountId, afterVersion, limit: limit + 1 });
      let found = await read();
      const state = found.length === 0 ? await ledger.account(accountId) : null;
      if (found.length === 0 && state === null) throw accountNotFound();
      // An entry may have become durable in between, and not be sealed.
      if (state !== null && state.version > afterVersion) found = await read();
      const page = versionPageJson('entries', found.map(renderEntry), limit);
      // Versions have no gaps: what is missing before the first, or altogether, is sealed.
      const before = (found[0]?.entry.version ?? (state?.version ?? 0) + 1) - 1;
      return sendJson(
        reply,
        200,
        before > afterVersion ? `{"sealedThrough":${before},${page.slice(1)}` : page,
      );
    },
  );
}
