import { InvalidArgumentError } from 'commander';
import { formatMicros, MAX_MICROS, parseMicros } from '../core/credits.ts';

/** So many times the same quantity of one action. */
export interface PlanLine {
  readonly action: string;
  readonly quantityMicros: bigint;
  readonly times: bigint;
  /** Where it stands first, for people. */
  readonly place: string;
}

/** An amount that is needed without an action; a pool of null is the target's only one. */
export interface Need {
  readonly pool: string | null;
  readonly amountMicros: bigint;
}

export interface Plan {
  readonly lines: readonly PlanLine[];
  readonly needs: readonly Need[];
}

export const TOO_LARGE = `must be at most ${formatMicros(MAX_MICROS)}`;
const NOT_AN_AMOUNT = 'must be a plain decimal above 0 with at most 6 decimals, such as 1200 or 0.5';

/** Millionths of a quantity or an amount above zero; undefined for anything else. */
export function parsePositive(text: string): bigint | undefined {
  const micros = parseMicros(text);
  return micros === undefined || micros === 0n ? undefined : micros;
}

/** Whether a text is a plain decimal, and more than an amount can be. */
export function isTooLarge(text: string): boolean {
  return /^\d+(?:\.\d{1,6})?$/.test(text) && parseMicros(text) === undefined;
}

/** `action=quantity`, collected from every time that the flag stands. */
export function collectLines(text: string, before: readonly PlanLine[] = []): readonly PlanLine[] {
  const [, action, quantity] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (action === undefined || quantity === undefined)
    throw new InvalidArgumentError('It must be written as ACTION=QUANTITY.');
  const quantityMicros = parsePositive(quantity);
  if (quantityMicros === undefined)
    throw new InvalidArgumentError(`The quantity ${isTooLarge(quantity) ? TOO_LARGE : NOT_AN_AMOUNT}.`);
  return [...before, { action, quantityMicros, times: 1n, place: `--for ${text}` }];
}

/** `amount` or `pool=amount`, collected likewise. */
export function collectNeeds(text: string, before: readonly Need[] = []): readonly Need[] {
  const [, pool = null, amount = ''] = /^(?:([^=]+)=)?([^=]*)$/.exec(text) ?? [];
  const amountMicros = parsePositive(amount);
  if (amountMicros === undefined)
    throw new InvalidArgumentError(
      `It must be written as AMOUNT or POOL=AMOUNT; the amount ${isTooLarge(amount) ? TOO_LARGE : NOT_AN_AMOUNT}.`,
    );
  return [...before, { pool, amountMicros }];
}

/** Adds a line: a campaign has a million of the same action and quantity, and they are kept as one. */
export function addLine(lines: Map<string, PlanLine>, line: PlanLine): void {
  const key = `${line.quantityMicros} ${line.action}`;
  const { times = 0n, place = line.place } = lines.get(key) ?? {};
  lines.set(key, { ...line, place, times: times + line.times });
}
