const DAY_MS = 86_400_000;

let day = Number.NaN;
let date = '';
let lastMs = Number.NaN;
let lastText = '';

/**
 * RFC 3339 in UTC with milliseconds. What is committed together has the same time, and what stands on a page is often of
 * one day: the last text is kept, and a `Date`, which takes three times as long as the rest, is asked once a day.
 */
export function formatTime(atMs: number): string {
  if (atMs !== lastMs) {
    lastText = timeText(atMs);
    lastMs = atMs;
  }
  return lastText;
}

function timeText(atMs: number): string {
  const itsDay = Math.floor(atMs / DAY_MS);
  if (itsDay !== day) {
    date = new Date(itsDay * DAY_MS).toISOString().slice(0, -'00:00:00.000Z'.length);
    day = itsDay;
  }
  const inDayMs = atMs - itsDay * DAY_MS;
  const second = Math.floor(inDayMs / 1000);
  const hours = digits(Math.floor(second / 3600));
  const minutes = digits(Math.floor(second / 60) % 60);
  const ms = inDayMs % 1000;
  return `${date}${hours}:${minutes}:${digits(second % 60)}.${ms < 100 ? '0' : ''}${digits(ms)}Z`;
}

function digits(value: number): string {
  return value < 10 ? `0${value}` : `${value}`;
}

export function formatTimeOrNull(atMs: number | null): string | null {
  return atMs === null ? null : formatTime(atMs);
}
