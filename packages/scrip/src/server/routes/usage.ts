import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { AccountState } from '../../core/account.ts';
import { addDays, DAY_MS, dayOf, isDay } from '../../core/calendar.ts';
import { daysRange, dayStarts } from '../../core/usage.ts';
import { accountNotFound } from '../auth.ts';
import { waitInLine } from '../in-line.ts';
import { refuseIssues } from '../problem.ts';
import type { Issue } from '../problem.ts';
import { renderUsage } from '../render/usage.ts';
import type { UsageBy } from '../render/usage.ts';
import { sendJson } from '../reply.ts';
import type { RouteContext } from '../route-context.ts';
import { routeSchema } from '../schemas/route-schema.ts';
import { usage, usageQuery } from '../schemas/usage.ts';

const DEFAULT_DAYS = 30;
const MAX_DAYS = 366;

interface UsageQuery {
  readonly start?: string;
  readonly end?: string;
  readonly by?: UsageBy;
}

export function registerUsage(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.get<{ Params: { accountId: string }; Querystring: UsageQuery }>(
    '/accounts/:accountId/usage',
    {
      onRequest: [authorise({ role: 'read', own: true }), waitInLine],
      schema: routeSchema(
        {
          summary: 'Read usage',
          description: `By day, action or key; both days inclusive, the last ${DEFAULT_DAYS} days by default, ${MAX_DAYS} at most.`,
          tag: 'Usage',
        },
        { params: { accountId: Type.String() }, query: usageQuery, reply: { 200: usage } },
      ),
    },
    async ({ params: { accountId }, query }, reply) => {
      const state = await ledger.account(accountId);
      if (state === null) throw accountNotFound();
      // The account's own time, which never goes back.
      const days = readDays(query, state, Math.max(ledger.now(), state.atMs));
      const { by = 'day' } = query;
      const { timezone } = state;
      const range = daysRange(days, timezone);
      const partsMs = by === 'day' ? dayStarts(days, timezone) : [range.fromMs];
      const [changes, cards] = await Promise.all([
        ledger.usage(accountId, { ...range, partsMs }),
        ledger.rateCards(),
      ]);
      const pools = cards.at(-1)?.pools.map(({ id }) => id) ?? [];
      const rendered = renderUsage(changes, { by, timezone, pools });
      return sendJson(reply, 200, JSON.stringify({ accountId, ...days, timezone, ...rendered }));
    },
  );
}

function readDays(
  query: UsageQuery,
  { timezone }: AccountState,
  nowMs: number,
): { start: string; end: string } {
  const issues: Issue[] = [];
  for (const name of ['start', 'end'] as const) {
    const day = query[name];
    if (day !== undefined && !(isDay(day) && day >= '2000-01-01'))
      issues.push({ pointer: `?${name}`, detail: 'must be a day that exists, YYYY-MM-DD, from 2000 on.' });
  }
  refuseIssues(issues);
  const end = query.end ?? dayOf(nowMs, timezone);
  const start = query.start ?? addDays(end, 1 - DEFAULT_DAYS);
  if (end < start) issues.push({ pointer: '?end', detail: 'must not lie before "start".' });
  else if ((Date.parse(end) - Date.parse(start)) / DAY_MS >= MAX_DAYS)
    issues.push({
      pointer: '?start',
      detail: `must lie at most ${MAX_DAYS} days before "end", both included.`,
    });
  refuseIssues(issues);
  return { start, end };
}
