import type { Problem } from '@scrip/dialects';
import { supertone } from '@scrip/dialects';
import { availableMicros, findPool } from '../../core/account.ts';
import type { UsageChange } from '../../core/usage.ts';
import { sumUsage } from '../../core/usage.ts';
import type { UsageQuery } from './supertone-usage-query.ts';
import { encodePageToken, readUsageQuery } from './supertone-usage-query.ts';
import type { VendorAnswer, VendorRead, VendorRoute } from './vendor-read.ts';
import { invalidParameters } from './vendor-read.ts';

/** The pool that the vendor's credits are; one credit is one second. */
const POOL = 'standard';

export const supertoneRoutes: readonly VendorRoute[] = [
  {
    vendor: 'supertone',
    path: supertone.paths.balance,
    summary: 'Supertone: the credits that are available, null where there never was a grant',
    answer: answerBalance,
  },
  {
    vendor: 'supertone',
    path: supertone.paths.usage,
    summary: 'Supertone: the minutes used, by hour or day of UTC',
    answer: answerUsage,
  },
];

function answerBalance({ account }: VendorRead): VendorAnswer {
  const pool = findPool(account, POOL);
  return {
    ok: true,
    reply: supertone.encodeCredits({ balanceMicros: pool === undefined ? null : availableMicros(pool) }),
  };
}

async function answerUsage({ account, query, deps: { ledger } }: VendorRead): Promise<VendorAnswer> {
  const problems: Problem[] = [];
  const asked = readUsageQuery(query, problems);
  if (asked === null) return invalidParameters(problems);
  const { endMs, widthMs, pageSize, pageStartMs } = asked;
  const pageEndMs = Math.min(pageStartMs + pageSize * widthMs, endMs);
  const partsMs: number[] = [];
  for (let startMs = pageStartMs; startMs < pageEndMs; startMs += widthMs) partsMs.push(startMs);
  const changes = await ledger.usage(account.id, { fromMs: pageStartMs, toMs: pageEndMs, partsMs });
  const reply = supertone.encodeUsage({
    buckets: toBuckets(
      changes.filter(({ pool }) => pool === POOL),
      asked,
      partsMs,
    ),
    nextPageToken: pageEndMs < endMs ? encodePageToken(pageEndMs) : null,
    total: (endMs - asked.startMs) / widthMs,
  });
  return { ok: true, reply };
}

/** Every bucket of the page, those without usage included. */
function toBuckets(
  changes: readonly UsageChange[],
  { widthMs, isByKey }: UsageQuery,
  startsMs: readonly number[],
) {
  const byBucket = new Map<number, UsageChange[]>(startsMs.map((startingAtMs) => [startingAtMs, []]));
  for (const change of changes) byBucket.get(Math.floor(change.slotMs / widthMs) * widthMs)?.push(change);
  return [...byBucket].map(([startingAtMs, inBucket]) => ({
    startingAtMs,
    endingAtMs: startingAtMs + widthMs,
    results: toResults(inBucket, isByKey),
  }));
}

/** One result in all, or one for each operator key that made debits; a debit of the program's own has no key. */
function toResults(changes: readonly UsageChange[], isByKey: boolean) {
  const totals = sumUsage(changes, ({ key }) => (isByKey ? (key ?? '') : ''));
  return [...totals]
    .filter(([, { usedMicros, calls }]) => usedMicros !== 0n || calls !== 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([apiKey, { usedMicros }]) => ({
      secondsUsedMicros: usedMicros,
      ...(apiKey === '' ? {} : { apiKey }),
    }));
}
