/** Where the periods of a recurring grant begin, worked out from the wall clock's text and nothing else. */

export interface Recurrence {
  readonly every: 'day' | 'week' | 'month' | 'year';
  readonly timezone: string;
  readonly anchorMs: number;
}

const DAY_MS = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();
const starts = new Map<string, number>();

/** What a clock on the wall shows, written as if it were UTC. */
function wallMs(atMs: number, timezone: string): number {
  if (timezone === 'UTC') return atMs;
  let format = formats.get(timezone);
  if (format === undefined) {
    // Swedish writes a date and a time as ISO 8601 does.
    format = new Intl.DateTimeFormat('sv-SE', {
      timeZone: timezone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    formats.set(timezone, format);
  }
  const text = format.format(atMs).replace(' ', 'T');
  return Date.parse(`${text}Z`) + (((atMs % 1000) + 1000) % 1000);
}

/** The first instant at which the wall clock shows this; one hour's jump later where it never does. */
function instantOf(wall: number, timezone: string): number {
  const offsets = [-1, 1].map((days) => wallMs(wall + days * DAY_MS, timezone) - (wall + days * DAY_MS));
  const shown = offsets.map((offset) => wall - offset).filter((atMs) => wallMs(atMs, timezone) === wall);
  return shown.length > 0 ? Math.min(...shown) : wall - (offsets[0] ?? 0);
}

function monthsLater(wall: number, months: number): number {
  const date = new Date(wall);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const month = date.getUTCMonth();
  date.setUTCDate(day);
  // A day that the month does not have has run over into the next: back to the last of the month.
  while (date.getUTCMonth() !== month) date.setUTCDate(0);
  return date.getTime();
}

export function periodStartMs(recurrence: Recurrence, index: number): number {
  const { every, timezone, anchorMs } = recurrence;
  const key = `${every} ${timezone} ${anchorMs} ${index}`;
  let startMs = starts.get(key);
  if (startMs === undefined) {
    const anchor = wallMs(anchorMs, timezone);
    const days = every === 'week' ? 7 : 1;
    const wall =
      every === 'day' || every === 'week'
        ? anchor + index * days * DAY_MS
        : monthsLater(anchor, every === 'month' ? index : index * 12);
    startMs = index === 0 ? anchorMs : instantOf(wall, timezone);
    if (starts.size > 100_000) starts.clear();
    starts.set(key, startMs);
  }
  return startMs;
}
