import { InvalidArgumentError } from 'commander';

const SECONDS = { s: 1, m: 60, h: 3600 } as const;
/** What a timer can wait for. */
export const LONGEST_MS = 2 ** 31 - 1;

/** `30s`, `5m`, `1h`, or plain seconds, as milliseconds; for a flag's value. */
export function parseDurationMs(text: string): number {
  const [, digits, unit = 's'] = /^(\d{1,7})([smh]?)$/.exec(text) ?? [];
  const ms = Number(digits) * SECONDS[(unit === '' ? 's' : unit) as keyof typeof SECONDS] * 1000;
  if (digits === undefined || ms < 1000 || ms > LONGEST_MS)
    throw new InvalidArgumentError(
      'It must be a time such as 30s, 5m or 1h, at least 1s and at most 24 days.',
    );
  return ms;
}

/** Whole seconds as people read them: `5h51m51s`. */
export function formatSeconds(seconds: bigint): string {
  const parts = [
    [seconds / 3600n, 'h'],
    [(seconds / 60n) % 60n, 'm'],
    [seconds % 60n, 's'],
  ] as const;
  const text = parts.map(([count, unit]) => (count === 0n ? '' : `${count}${unit}`)).join('');
  return text === '' ? '0s' : text;
}

/** How old something is: `12s`, `3m5s`. A clock that is ahead makes nothing younger than now. */
export function formatAge(atMs: number, nowMs: number): string {
  return formatSeconds(BigInt(Math.max(0, Math.floor((nowMs - atMs) / 1000))));
}
