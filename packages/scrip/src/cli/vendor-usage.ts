import type { Usage } from '@scrip/client';
import type { DialectName } from '@scrip/dialects';
import { DAY_MS } from '../core/calendar.ts';
import { CommandFailure } from './command-failure.ts';
import { openVendor } from './open-vendor.ts';
import { formatTable } from './table.ts';
import { asFailure } from './target-balance.ts';
import { emphasise } from './terminal.ts';

/** As many days as are shown where none are named, today among them: those of an account's usage. */
const DAYS = 30;
/** As many as Scrip answers for at once where it speaks as Voxpria. */
const MOST_DAYS = 366;

/** What a vendor says was used, by day. Throws `CommandFailure`. */
export async function readVendorUsage(
  vendor: DialectName,
  { start, end, nowMs }: { start: string | undefined; end: string | undefined; nowMs: number },
): Promise<Usage> {
  if (vendor !== 'supertone' && vendor !== 'voxpria')
    throw CommandFailure.of('usage-not-told', `${vendor} does not tell what was used.`);
  const today = dayOf(nowMs);
  const first = start ?? dayOf(Date.parse(end ?? today) - (DAYS - 1) * DAY_MS);
  try {
    if (vendor === 'supertone' || end !== undefined)
      return await openVendor(vendor).usage({ start: first, end: end ?? today });
    // Its days are those of the account's time zone, where it may be tomorrow already.
    const tomorrow = dayOf(nowMs + DAY_MS);
    const isTooLong = Date.parse(tomorrow) - Date.parse(first) >= MOST_DAYS * DAY_MS;
    const usage = await openVendor(vendor).usage({ start: first, end: isTooLong ? today : tomorrow });
    return withoutTomorrow(usage, today);
  } catch (error) {
    throw asFailure(error);
  }
}

/** Leaves out a day that was asked for in case it had begun: where nothing was used in it, nobody can tell. */
function withoutTomorrow(usage: Usage, today: string): Usage {
  const isBegun = usage.days.some(({ day, used, calls }) => day > today && (used !== '0' || calls !== 0));
  if (isBegun || usage.start > today) return usage;
  return { ...usage, end: today, days: usage.days.filter(({ day }) => day <= today) };
}

function dayOf(atMs: number): string {
  return Number.isNaN(atMs) ? '' : new Date(atMs).toISOString().slice(0, 10);
}

/** The replies themselves are left out: what they say stands in the days. */
export function renderVendorUsage({ vendor: target, raw: _raw, ...usage }: Usage): string {
  return JSON.stringify({ target, ...usage });
}

export function formatVendorUsage({ days, total, unit }: Usage): string {
  const rows = [...days, { day: 'total', ...total }];
  const columns = [
    { header: 'DAY', value: ({ day }) => day },
    { header: 'CALLS', align: 'right', value: ({ calls }) => (calls === undefined ? null : `${calls}`) },
    { header: unit.toUpperCase(), align: 'right', value: ({ used }) => used },
    {
      header: 'COST',
      align: 'right',
      value: ({ cost }) => (cost ? `${cost.amount} ${cost.currency}` : null),
    },
  ] as const satisfies Parameters<typeof formatTable<(typeof rows)[number]>>[0];
  return formatTable(
    columns.filter(({ value }) => rows.some((row) => value(row) !== null)),
    rows,
    emphasise,
  );
}
