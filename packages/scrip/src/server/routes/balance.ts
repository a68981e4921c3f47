import type { FastifyInstance, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify';
import Type from 'typebox';
import type { AccountState } from '../../core/account.ts';
import { currentCard } from '../../core/rate-card.ts';
import type { Answer } from '../../ledger/answer.ts';
import { whenAnswered } from '../../ledger/answer.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { accountNotFound } from '../auth.ts';
import { waitInLine } from '../in-line.ts';
import { invalidRequest, refuseIssues, RefusedRequest } from '../problem.ts';
import type { Issue } from '../problem.ts';
import { readQueryInstant } from '../read/instant.ts';
import { balanceJson } from '../render/balance.ts';
import { sendJson } from '../reply.ts';
import { sendInTurn } from '../reply-turn.ts';
import type { RouteContext } from '../route-context.ts';
import { balance, balanceQuery } from '../schemas/balance.ts';
import { routeSchema } from '../schemas/route-schema.ts';

export function registerBalance(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.get<{ Params: { accountId: string }; Querystring: { at?: string } }>(
    '/accounts/:accountId/balance',
    {
      onRequest: [authorise({ role: 'read', own: true }), waitWhereEarlier],
      schema: routeSchema(
        {
          summary: 'Read the balance',
          description: 'Now, or as it was recorded at an earlier time.',
          tag: 'Balance',
        },
        { params: { accountId: Type.String() }, query: balanceQuery, reply: { 200: balance } },
      ),
    },
    ({ params: { accountId }, query: { at } }, reply) => {
      const answering =
        at === undefined ? balanceNow(ledger, accountId) : earlierBalance(ledger, accountId, at);
      sendInTurn(reply, answering, (text) => void sendJson(reply, 200, text));
    },
  );
}

/** An earlier balance is read from the disk. */
function waitWhereEarlier(request: FastifyRequest, reply: FastifyReply, done: HookHandlerDoneFunction): void {
  if ((request.query as { at?: string }).at === undefined) done();
  else waitInLine(request, reply, done);
}

function balanceNow(ledger: Ledger, accountId: string): Answer<string> {
  return whenAnswered(ledger.account(accountId), (state) => {
    if (state === null) throw accountNotFound();
    return whenAnswered(ledger.rateCards(), (cards) =>
      balanceJson(state, currentCard(cards), Math.max(ledger.now(), state.atMs)),
    );
  });
}

async function earlierBalance(ledger: Ledger, accountId: string, at: string): Promise<string> {
  const issues: Issue[] = [];
  const atMs = readQueryInstant(at, '?at', issues);
  refuseIssues(issues);
  const current = await ledger.account(accountId);
  if (current === null) throw accountNotFound();
  if (atMs > Math.max(ledger.now(), current.atMs))
    throw new RefusedRequest(
      invalidRequest([{ pointer: '?at', detail: 'lies ahead: what will be is not recorded yet.' }]),
    );
  const state: AccountState | null = await ledger.accountAt(accountId, atMs);
  if (state === null)
    throw new RefusedRequest({
      code: 'account-not-found',
      detail: 'The account did not exist at that time.',
    });
  return balanceJson(state, currentCard(await ledger.rateCards()), atMs);
}
