import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { isDebit } from '../../core/entry.ts';
import { DEBIT_KINDS } from '../../core/reference.ts';
import { accountNotFound } from '../auth.ts';
import { answerChange, changeOrigin, ofKind } from '../answer-change.ts';
import { refuseIssues, RefusedRequest } from '../problem.ts';
import type { Issue } from '../problem.ts';
import { readMicros } from '../read/amount.ts';
import { readCharge } from '../read/charge.ts';
import { readInstantOrNull } from '../read/instant.ts';
import { checkMetadata } from '../read/text.ts';
import { debitJson, renderRefund } from '../render/debit.ts';
import { rejectionProblem } from '../rejection-problem.ts';
import { renderExplainedDebit } from '../render/explained-debit.ts';
import { sendJson } from '../reply.ts';
import type { RouteContext } from '../route-context.ts';
import { debit, debitBody, explainedDebit, refund, refundBody } from '../schemas/debit.ts';
import type { DebitBody, RefundBody } from '../schemas/debit.ts';
import { dialectQuery, routeSchema } from '../schemas/route-schema.ts';
import { answerSpendsInDialect, countOceanSpends } from '../spend-dialect.ts';

const TAG = 'Debits';
const params = { accountId: Type.String() };
const debitParams = { ...params, debitId: Type.String() };

interface DebitParams {
  Params: { accountId: string; debitId: string };
}

export function registerDebits(app: FastifyInstance, context: RouteContext): void {
  registerDebiting(app, context);
  registerRefunding(app, context);
  registerExplaining(app, context);
}

function registerDebiting(app: FastifyInstance, context: RouteContext): void {
  const {
    deps: { ledger },
    authorise,
  } = context;
  app.post<{ Params: { accountId: string }; Body: DebitBody }>(
    '/accounts/:accountId/debits',
    {
      onRequest: [answerSpendsInDialect, authorise({ role: 'spend' })],
      preHandler: countOceanSpends(context),
      schema: routeSchema(
        { summary: 'Debit credits', tag: TAG },
        { params, query: dialectQuery, body: debitBody, idempotent: true, reply: { 201: debit } },
      ),
    },
    async (request, reply) => {
      const { body } = request;
      const issues: Issue[] = [];
      const charge = readCharge(body, issues);
      const occurredAtMs = readInstantOrNull(body.occurredAt, '/occurredAt', issues);
      checkMetadata(body.metadata, '/metadata', issues);
      refuseIssues(issues);
      return answerChange(
        { request, reply, ledger },
        {
          accountId: request.params.accountId,
          command: { kind: 'DebitCredits', charge, occurredAtMs },
          ...changeOrigin(request, ledger),
          ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
        },
        { status: 201, render: (entry) => debitJson(ofKind(entry, 'CreditsDebited')) },
      );
    },
  );
}

function registerRefunding(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.post<DebitParams & { Body: RefundBody }>(
    '/accounts/:accountId/debits/:debitId/refund',
    {
      onRequest: authorise({ role: 'spend' }),
      schema: routeSchema(
        {
          summary: 'Refund a debit',
          description:
            'Gives back to the lots it came from, last drawn first; without an amount, all that is left.',
          tag: TAG,
        },
        { params: debitParams, body: refundBody, idempotent: true, reply: { 201: refund } },
      ),
    },
    async (request, reply) => {
      const { accountId, debitId } = request.params;
      const { amount } = request.body;
      const issues: Issue[] = [];
      const amountMicros = amount === undefined ? null : readMicros(amount, '/amount', issues);
      refuseIssues(issues);
      return answerChange(
        { request, reply, ledger },
        {
          accountId,
          command: { kind: 'RefundDebit', debitId, amountMicros },
          ...changeOrigin(request, ledger),
        },
        { status: 201, render: (entry) => JSON.stringify(renderRefund(ofKind(entry, 'DebitRefunded'))) },
      );
    },
  );
}

function registerExplaining(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.get<DebitParams>(
    '/accounts/:accountId/debits/:debitId',
    {
      onRequest: authorise({ role: 'read' }),
      schema: routeSchema(
        { summary: 'Explain a debit', description: 'Price, quantity, rounding, lots and refunds.', tag: TAG },
        { params: debitParams, reply: { 200: explainedDebit } },
      ),
    },
    async ({ params: { accountId, debitId } }, reply) => {
      const found = await ledger.findChange(accountId, debitId, { kinds: DEBIT_KINDS });
      if (found === null || !isDebit(found.recorded.entry)) {
        if ((await ledger.account(accountId)) === null) throw accountNotFound();
        throw new RefusedRequest(rejectionProblem({ code: 'debit-not-found' }));
      }
      const explained = renderExplainedDebit(found.recorded.entry, found, await ledger.rateCards());
      return sendJson(reply, 200, JSON.stringify(explained));
    },
  );
}
