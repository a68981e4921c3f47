import type { DialectName } from '@scrip/dialects';
import type { Service } from './balance.ts';
import { ConfigurationError } from './client-error.ts';

/** Which days to read, both included: `YYYY-MM-DD`. */
export interface UsageRange {
  readonly start: string;
  readonly end: string;
}

/** What was used. Amounts are exact decimal strings. */
export interface Used {
  readonly used: string;
  /** How often, where the vendor counts it. */
  readonly calls?: number;
  /** What it cost, where the vendor says it. */
  readonly cost?: { readonly amount: string; readonly currency: string };
}

export interface UsageDay extends Used {
  readonly day: string;
}

/** What a vendor says was used from `start` to `end`. */
export interface Usage extends UsageRange {
  readonly vendor: DialectName;
  readonly unit: 'credits' | 'minutes';
  /** The oldest first. A vendor may leave out days without usage. */
  readonly days: readonly UsageDay[];
  /** All of it: the vendor's own total, or the sum where it has none. */
  readonly total: Used;
  /** The replies' bodies, as they came. */
  readonly raw: readonly string[];
}

/** Whether a text is a day that exists, written `YYYY-MM-DD`. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const epochMs = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(epochMs) && new Date(epochMs).toISOString().startsWith(text);
}

export const DAY_MS = 86_400_000;

/** Throws `ConfigurationError` for days that do not exist or stand the wrong way round. */
export function checkRange({ start, end }: UsageRange, service: Service): void {
  if (isDay(start) && isDay(end) && start <= end) return;
  throw new ConfigurationError('start and end must be days, written YYYY-MM-DD, and end not before start.', {
    code: 'range-invalid',
    service,
  });
}
