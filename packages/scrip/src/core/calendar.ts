/** Days and periods in a time zone. All instants are milliseconds since 1970 UTC. */

export type Every = 'day' | 'week' | 'month' | 'year';

interface LocalTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  /** Milliseconds since local midnight by the wall clock. */
  readonly timeMs: number;
}

export const DAY_MS = 86_400_000;

/** A zone can be written in many ways, and whoever names one in each of them must not fill the memory. */
const MAX_FORMATS = 1000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatFor(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    const [oldest] = formats.keys();
    if (formats.size >= MAX_FORMATS && oldest !== undefined) formats.delete(oldest);
    formats.set(timezone, format);
  }
  return format;
}

/** True for an IANA time zone name that this runtime knows. Fixed offsets such as "+02:00" are not names. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]{0,63}$/.test(name)) return false;
  try {
    formatFor(name);
    return true;
  } catch {
    return false;
  }
}

/** What to add to UTC, in milliseconds, to read the zone's wall clock at this instant. */
function offsetMs(atMs: number, timezone: string): number {
  if (timezone === 'UTC') return 0;
  const parts: Record<string, number> = {};
  for (const part of formatFor(timezone).formatToParts(atMs)) parts[part.type] = Number(part.value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const wholeSecondMs = Math.floor(atMs / 1000) * 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - wholeSecondMs;
}

function localTimeOf(atMs: number, timezone: string): LocalTime {
  const shifted = new Date(atMs + offsetMs(atMs, timezone));
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    timeMs: ((shifted.getTime() % DAY_MS) + DAY_MS) % DAY_MS,
  };
}

/** The instant at which the zone's clock shows this time. A time that a clock change skips is read as if the clock had not changed. */
function instantOf(local: LocalTime, timezone: string): number {
  const wallMs = Date.UTC(local.year, local.month - 1, local.day) + local.timeMs;
  const before = offsetMs(wallMs - DAY_MS, timezone);
  const after = offsetMs(wallMs + DAY_MS, timezone);
  for (const offset of [before, after])
    if (offsetMs(wallMs - offset, timezone) === offset) return wallMs - offset;
  return wallMs - before;
}

/** The day in the zone, `YYYY-MM-DD`. */
export function dayOf(atMs: number, timezone: string): string {
  return new Date(atMs + offsetMs(atMs, timezone)).toISOString().slice(0, 10);
}

/** The first instant of a `YYYY-MM-DD` day in the zone. */
export function startOfDay(day: string, timezone: string): number {
  const [year = 0, month = 1, dayOfMonth = 1] = day.split('-').map(Number);
  return instantOf({ year, month, day: dayOfMonth, timeMs: 0 }, timezone);
}

/** The `YYYY-MM-DD` day that lies this many days after another. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** True for a `YYYY-MM-DD` that exists. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const parsed = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(parsed) && new Date(parsed).toISOString().slice(0, 10) === text;
}

export interface Cycle {
  readonly every: Every;
  readonly timezone: string;
  /** Start of period 0. */
  readonly anchorMs: number;
}

/** Start of the cycle's period `index`; the anchor's day 31 means the last day of a shorter month. */
export function periodStart(cycle: Cycle, index: number): number {
  if (index === 0) return cycle.anchorMs;
  const anchor = localTimeOf(cycle.anchorMs, cycle.timezone);
  if (cycle.every === 'day' || cycle.every === 'week') {
    const days = cycle.every === 'day' ? index : index * 7;
    const shifted = new Date(Date.UTC(anchor.year, anchor.month - 1, anchor.day) + days * DAY_MS);
    const year = shifted.getUTCFullYear();
    const month = shifted.getUTCMonth() + 1;
    return instantOf({ year, month, day: shifted.getUTCDate(), timeMs: anchor.timeMs }, cycle.timezone);
  }
  const months = anchor.year * 12 + anchor.month - 1 + (cycle.every === 'month' ? index : index * 12);
  const year = Math.floor(months / 12);
  const month = (months % 12) + 1;
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return instantOf(
    { year, month, day: Math.min(anchor.day, lastDay), timeMs: anchor.timeMs },
    cycle.timezone,
  );
}

const SHORTEST_PERIOD_HOURS = { day: 22, week: 7 * 24 - 2, month: 28 * 24 - 2, year: 365 * 24 - 2 };

/** The index of the period that contains this instant; -1 before the first. */
export function periodIndexAt(cycle: Cycle, atMs: number): number {
  if (atMs < cycle.anchorMs) return -1;
  let low = 0;
  let high = Math.ceil((atMs - cycle.anchorMs) / (SHORTEST_PERIOD_HOURS[cycle.every] * 3_600_000)) + 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (periodStart(cycle, middle) <= atMs) low = middle;
    else high = middle;
  }
  return low;
}
