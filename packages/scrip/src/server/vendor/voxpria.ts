import type { Problem } from '@scrip/dialects';
import { voxpria } from '@scrip/dialects';
import type { AccountState } from '../../core/account.ts';
import { availableMicros, findPool } from '../../core/account.ts';
import { addDays, DAY_MS, dayOf, isDay } from '../../core/calendar.ts';
import { daysRange, dayStarts, partOf, sumUsage } from '../../core/usage.ts';
import type { VendorAnswer, VendorRead, VendorRoute } from './vendor-read.ts';
import { invalidParameters, parameterProblem, readParameter } from './vendor-read.ts';

/** The pool that the vendor's credits are. */
const POOL = 'standard';

export const voxpriaRoutes: readonly VendorRoute[] = [
  {
    vendor: 'voxpria',
    path: voxpria.paths.balance,
    summary: 'Voxpria: the credits that are available',
    answer: answerBalance,
  },
  {
    vendor: 'voxpria',
    path: voxpria.paths.usage,
    summary: "Voxpria: the credits used, by day in the account's time zone",
    answer: answerUsage,
  },
];

function answerBalance({ account }: VendorRead): VendorAnswer {
  const pool = findPool(account, POOL);
  const reply = voxpria.encodeCredits({
    balanceMicros: pool === undefined ? 0n : availableMicros(pool),
    lastUpdatedMs: pool?.changedAtMs ?? account.createdAtMs,
  });
  return { ok: true, reply };
}

interface Days {
  readonly start: string;
  readonly end: string;
}

async function answerUsage({ account, query, deps }: VendorRead): Promise<VendorAnswer> {
  const { ledger, settings } = deps;
  const read = readDays(query, account, Math.max(ledger.now(), account.atMs));
  if ('problems' in read) return invalidParameters(read.problems);
  const { id, timezone } = account;
  const partsMs = dayStarts(read.days, timezone);
  const changes = await ledger.usage(id, { ...daysRange(read.days, timezone), partsMs });
  const totals = sumUsage(
    changes.filter(({ pool }) => pool === POOL),
    // By the days' first instants: the calendar takes long for each of thousands.
    ({ slotMs }) => addDays(read.days.start, partOf(partsMs, slotMs)),
  );
  const days = [...totals].map(([date, total]) => ({ date, ...total }));
  const reply = voxpria.encodeUsage({ days, creditPriceMicros: settings.creditPriceMicros });
  return { ok: true, reply };
}

/** Both days inclusive; without dates the last 30 days, with one of them as far as it says. */
function readDays(
  query: URLSearchParams,
  { timezone }: AccountState,
  nowMs: number,
): { readonly days: Days } | { readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const startDate = readDay(query, 'startDate', problems);
  const endDate = readDay(query, 'endDate', problems);
  if (problems.length > 0) return { problems };
  const end = endDate ?? dayOf(nowMs, timezone);
  const start = startDate ?? addDays(end, 1 - voxpria.usageDays.default);
  const { most } = voxpria.usageDays;
  if (end < start) problems.push(parameterProblem('endDate', 'must not be before startDate', 'range'));
  else if ((Date.parse(end) - Date.parse(start)) / DAY_MS >= most)
    problems.push(
      parameterProblem('endDate', `must make at most ${most} days with startDate, both included`, 'range'),
    );
  return problems.length > 0 ? { problems } : { days: { start: withinReach(start), end: withinReach(end) } };
}

/** Days far off are no days of anybody's usage, and the calendar does not reach them: others without any stand for them. */
function withinReach(day: string): string {
  if (day < '1999-12-31') return '1999-12-31';
  return day > '9000-01-01' ? '9000-01-01' : day;
}

function readDay(query: URLSearchParams, name: string, problems: Problem[]): string | undefined {
  const text = readParameter(query, name, problems);
  if (text === undefined) return undefined;
  if (isDay(text)) return text;
  problems.push(parameterProblem(name, 'must be a date, YYYY-MM-DD', 'date'));
  return undefined;
}
