const DAY_SECONDS = 86_400;

const dates = new Map<number, string>();
const MOST_DATES = 1000;

/** An instant as RFC 3339 in UTC with whole seconds (a part of a second is cut off). Throws `RangeError` for a day that no `Date` has. */
export function formatInstant(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  const day = Math.floor(second / DAY_SECONDS);
  const inDay = second - day * DAY_SECONDS;
  const hours = Math.floor(inDay / 3600);
  return `${dateOf(day)}T${twoDigits(hours)}:${twoDigits(Math.floor(inDay / 60) % 60)}:${twoDigits(inDay % 60)}Z`;
}

/** Of a day since 1970. Instants lie in a few hundred days, and to ask a `Date` is most of the work. */
function dateOf(day: number): string {
  const known = dates.get(day);
  if (known !== undefined) return known;
  const date = new Date(day * DAY_SECONDS * 1000).toISOString().slice(0, -'T00:00:00.000Z'.length);
  if (dates.size >= MOST_DATES) dates.clear();
  dates.set(day, date);
  return date;
}

function twoDigits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

/** Milliseconds since the epoch of an RFC 3339 date-time; null for anything else. */
export function parseInstant(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/.test(text)) return null;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? null : epochMs;
}
