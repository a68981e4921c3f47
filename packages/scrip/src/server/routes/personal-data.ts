import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { answerChange, changeOrigin } from '../answer-change.ts';
import { formatTime } from '../render/time.ts';
import type { RouteContext } from '../route-context.ts';
import { erasure } from '../schemas/account.ts';
import { routeSchema } from '../schemas/route-schema.ts';
import { nothingInput } from '../schemas/values.ts';

/** Erases what is known of a person; the entries, their hashes and the balance stay as they are. */
export function registerPersonalData(
  app: FastifyInstance,
  { deps: { ledger }, authorise }: RouteContext,
): void {
  app.delete<{ Params: { accountId: string } }>(
    '/accounts/:accountId/personal-data',
    {
      onRequest: authorise({ role: 'admin' }),
      schema: routeSchema(
        {
          summary: "Erase an account's personal data",
          description:
            "The account's name and metadata, the names of its keys, the notes of its grants and the metadata of its debits and holds, all that were recorded so far, are gone from the ledger's files when this is answered. Balances, usage and the hash chain stay. It cannot be undone.",
          tag: 'Accounts',
        },
        {
          params: { accountId: Type.String() },
          body: nothingInput,
          idempotent: true,
          reply: { 200: erasure },
        },
      ),
    },
    async (request, reply) =>
      answerChange(
        { request, reply, ledger: { change: ledger.erase } },
        {
          accountId: request.params.accountId,
          command: { kind: 'ErasePersonalData' },
          ...changeOrigin(request, ledger),
        },
        {
          status: 200,
          render: ({ accountId, atMs, version }) =>
            JSON.stringify({ accountId, erasedAt: formatTime(atMs), version }),
        },
      ),
  );
}
