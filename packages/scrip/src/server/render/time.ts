import { formatInstant } from '@scrip/dialects';

let lastMs = Number.NaN;
let lastText = '';

/** RFC 3339 in UTC with milliseconds. What is committed together has the same time, so that the last text is kept. */
export function formatTime(atMs: number): string {
  if (atMs !== lastMs) {
    const ms = atMs - Math.floor(atMs / 1000) * 1000;
    lastText = `${formatInstant(atMs).slice(0, -1)}.${`${ms}`.padStart(3, '0')}Z`;
    lastMs = atMs;
  }
  return lastText;
}

export function formatTimeOrNull(atMs: number | null): string | null {
  return atMs === null ? null : formatTime(atMs);
}
