/** RFC 3339 in UTC with milliseconds. */
export function formatTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

export function formatTimeOrNull(atMs: number | null): string | null {
  return atMs === null ? null : formatTime(atMs);
}
