import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { currentCard } from '../../core/rate-card.ts';
import { formatMicros } from '../../core/credits.ts';
import type { Quote } from '../../core/quote.ts';
import { quote } from '../../core/quote.ts';
import { accountNotFound } from '../auth.ts';
import { LIST_LIMIT_BYTES } from '../body-parsers.ts';
import { refuseIssues } from '../problem.ts';
import type { Issue } from '../problem.ts';
import { readMicros } from '../read/amount.ts';
import { rejectionProblem } from '../rejection-problem.ts';
import { sendJson } from '../reply.ts';
import type { RouteContext } from '../route-context.ts';
import { quoteBody, quoteReply } from '../schemas/quote.ts';
import type { QuoteBody } from '../schemas/quote.ts';
import { routeSchema } from '../schemas/route-schema.ts';
import { sendProblem } from '../send-problem.ts';

export function registerQuotes(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.post<{ Params: { accountId: string }; Body: QuoteBody }>(
    '/accounts/:accountId/quotes',
    {
      onRequest: authorise({ role: 'read' }),
      bodyLimit: LIST_LIMIT_BYTES,
      schema: routeSchema(
        {
          summary: 'Quote a spend',
          description:
            'Prices each line as a debit would, and says whether the balance is enough. Writes nothing.',
          tag: 'Quotes',
        },
        { params: { accountId: Type.String() }, body: quoteBody, reply: { 200: quoteReply } },
      ),
    },
    async (request, reply) => {
      const issues: Issue[] = [];
      const lines = request.body.lines.map(({ action, quantity }, index) => ({
        action,
        quantityMicros: readMicros(quantity, `/lines/${index}/quantity`, issues),
      }));
      refuseIssues(issues);
      const [state, cards] = await Promise.all([
        ledger.account(request.params.accountId),
        ledger.rateCards(),
      ]);
      if (state === null) throw accountNotFound();
      if (state.closedAtMs !== null)
        return sendProblem(request, reply, rejectionProblem({ code: 'account-closed' }));
      const quoted = quote(state, lines, currentCard(cards));
      if (quoted.ok) return sendJson(reply, 200, JSON.stringify(renderQuote(quoted.quote)));
      const problem = rejectionProblem(quoted.rejection);
      const errors = [{ pointer: `/lines/${quoted.line}`, detail: problem.detail }];
      return sendProblem(request, reply, { ...problem, members: { ...problem.members, errors } });
    },
  );
}

function renderQuote({ affordable, pools, lines }: Quote) {
  return {
    affordable,
    pools: pools.map(({ pool, requiredMicros, availableMicros, shortfallMicros }) => ({
      pool,
      required: formatMicros(requiredMicros),
      available: formatMicros(availableMicros),
      shortfall: formatMicros(shortfallMicros),
    })),
    lines: lines.map(({ action, quantityMicros, pool, amountMicros, rateCardVersion }) => ({
      action,
      quantity: formatMicros(quantityMicros ?? 0n),
      pool,
      amount: formatMicros(amountMicros),
      rateCardVersion,
    })),
  };
}
