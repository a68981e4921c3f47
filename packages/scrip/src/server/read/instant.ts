import { isDay } from '../../core/calendar.ts';
import type { Issue } from '../problem.ts';

const RFC_3339 =
  /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;
const EARLIEST_MS = Date.UTC(2000, 0, 1);
const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Reads an RFC 3339 time of any offset, in the years 2000 to 9999; digits below the millisecond are dropped. */
export function readInstant(text: string, pointer: string, issues: Issue[]): number {
  const atMs = parseInstant(text);
  if (atMs === undefined) {
    issues.push({ pointer, detail: 'must be an RFC 3339 time such as "2026-03-01T09:30:00Z".' });
    return 0;
  }
  if (atMs < EARLIEST_MS || atMs > LATEST_MS)
    issues.push({ pointer, detail: 'must lie in the years 2000 to 9999.' });
  return atMs;
}

/** The same of a query, in which a plus that stands as it is has become a space. */
export function readQueryInstant(text: string, pointer: string, issues: Issue[]): number {
  return readInstant(text.replace(/ (?=\d{2}:\d{2}$)/, '+'), pointer, issues);
}

export function readInstantOrNull(text: string | undefined, pointer: string, issues: Issue[]): number | null {
  return text === undefined ? null : readInstant(text, pointer, issues);
}

function parseInstant(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [, day = '', hour = '', minute = '', second = '', fraction = '', sign, offsetHour, offsetMinute] =
    match;
  const inRange = Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60;
  if (!isDay(day) || !inRange || Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59)
    return undefined;
  const offsetMinutes = Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0);
  const milliseconds = fraction.slice(0, 3).padEnd(3, '0');
  const localMs = Date.parse(`${day}T${hour}:${minute}:${second}.${milliseconds}Z`);
  return localMs - (sign === '-' ? -offsetMinutes : offsetMinutes) * 60_000;
}
