/** A double keeps 15 significant digits of any decimal; a token with more of them needs more characters than that. */
const SIGNIFICANT_DIGITS = 15;
/** Where a token begins only: a long run of digits inside a text, an id perhaps, is none. */
const LONG_NUMBER = /(?:^|[-:,[\s])[0-9.]{16}/;
/** What may be so small that a double has only 0 for it. */
const TINY_NUMBER = /[0-9.]e-\d{3}/i;

/** The members that hold amounts and quantities, wherever they stand; an overdraft's are named after pools. */
const DECIMAL_MEMBERS = new Set(['amount', 'quantity', 'max', 'per', 'minimum']);

/**
 * The value of a JSON text with each amount and quantity that a double could not keep replaced by its plain decimal
 * text, so that it is judged by the digits that were sent. A number of the metadata that a double could not keep is NaN,
 * to be refused: two requests that differ in it would be one. All other numbers stay as JSON reads them.
 */
export function exactNumbers(text: string, value: unknown): unknown {
  if (!LONG_NUMBER.test(text) && !TINY_NUMBER.test(text)) return value;
  const exact: unknown = JSON.parse(text, reviveLongNumber as Parameters<typeof JSON.parse>[1]);
  return keepAmounts(exact, value, 'line');
}

function reviveLongNumber(_name: string, value: unknown, { source }: { source?: string }): unknown {
  if (typeof value !== 'number' || source === undefined) return value;
  const digits = digitsOf(source).length;
  if (value === 0 && digits > 0) return source;
  return digits > SIGNIFICANT_DIGITS ? (plainDecimal(source) ?? value) : value;
}

const JSON_NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/;
/** Beyond these exponents a number is too large or too fine for any amount, whatever its digits are. */
export const MAX_EXPONENT = 60;

/** Writes a JSON number without its exponent; undefined when the exponent is out of all bounds. */
export function plainDecimal(source: string): string | undefined {
  const match = JSON_NUMBER.exec(source);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > MAX_EXPONENT) return undefined;
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** A body or a line of one, an overdraft, or any other part. */
type Place = 'line' | 'overdraft' | 'part';

function keepAmounts(exact: unknown, value: unknown, place: Place): unknown {
  if (Array.isArray(exact) && Array.isArray(value))
    return exact.map((element, index) => keepAmounts(element, value[index], place));
  if (!isObject(exact) || !isObject(value)) return value;
  for (const name of Object.keys(exact)) {
    const isAmount = place === 'overdraft' || DECIMAL_MEMBERS.has(name);
    if (place === 'line' && name === 'metadata') exact[name] = keptNumbers(exact[name], value[name]);
    else if (!isAmount || typeof exact[name] === 'object')
      exact[name] = keepAmounts(
        exact[name],
        value[name],
        place === 'line' && name === 'overdraft' ? name : 'part',
      );
  }
  return exact;
}

/** What JSON reads, with NaN for what has lost digits; `exact` has texts in the places of long numbers. */
function keptNumbers(exact: unknown, value: unknown): unknown {
  if (typeof value === 'number' && typeof exact === 'string')
    return digitsOf(exact) === digitsOf(String(value)) ? value : Number.NaN;
  if (Array.isArray(exact) && Array.isArray(value))
    return exact.map((element, index) => keptNumbers(element, value[index]));
  if (!isObject(exact) || !isObject(value)) return value;
  for (const name of Object.keys(exact)) exact[name] = keptNumbers(exact[name], value[name]);
  return exact;
}

/** Of a number's text, without the zeros at its ends. No pattern looks for these: a run of zeros in between may be long. */
function digitsOf(text: string): string {
  const digits = text.replace(/[eE].*$/, '').replaceAll(/[-.]/g, '');
  let [start, end] = [0, digits.length];
  while (digits[start] === '0') start += 1;
  while (end > start && digits[end - 1] === '0') end -= 1;
  return digits.slice(start, end);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
