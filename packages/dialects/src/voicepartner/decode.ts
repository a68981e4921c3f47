import type { Balance, Purchasable } from '../balance.ts';
import { countOf, isArray, type JsonValue, memberOf, microsOf, parseJson, textOf } from '../json.ts';
import { type BalanceReading, type Oddity, readBalance } from '../reading.ts';
import type { ReceivedReply } from '../reply.ts';
import { decodeRefusal } from './errors.ts';
import { readXml, type XmlEntry } from './read-xml.ts';

/** The euro sign, whole or after its UTF-8 bytes were taken for Windows-1252 or for Latin-1, or by its code. */
const euroSigns = new Set(['€', 'â‚¬', 'â\u0082¬', 'EUR', 'EURO']);

/**
 * Reads a balance leniently: JSON or positional XML, `success` absent, `credit` a string, a number or null,
 * minutes and seconds past 59 (the vendor's own sample has `"s":66`). Whatever `details` do not say in a way
 * that can be read is left out of `buys`.
 */
export function decodeBalance(reply: ReceivedReply): BalanceReading {
  return readBalance(reply, { parse: parseBody, refuses: isRefusal, decodeRefusal, decode });
}

function isRefusal(body: JsonValue): boolean {
  const success = memberOf(body, 'success');
  if (success === false || success === 'false' || countOf(success) === 0n) return true;
  return (
    success === undefined && memberOf(body, 'credit') === undefined && memberOf(body, 'code') !== undefined
  );
}

function decode(body: JsonValue): { value: Balance } | Oddity {
  const credit = memberOf(body, 'credit');
  if (credit === undefined) return { code: 'member-missing', at: 'credit' };
  const availableMicros = microsOf(credit);
  if (availableMicros === null && credit !== null) return { code: 'member-odd', at: 'credit' };
  const currency = (textOf(memberOf(body, 'currency')) ?? '€').trim();
  const isEuro = euroSigns.has(currency.toUpperCase()) || euroSigns.has(currency);
  const pool = isEuro ? { pool: 'eur', unit: '€' } : { pool: 'credits', unit: currency };
  const buys = decodeBuys(memberOf(body, 'details'));
  return { value: { pools: [{ ...pool, availableMicros }], ...(buys.length === 0 ? {} : { buys }) } };
}

function decodeBuys(details: JsonValue | undefined): Purchasable[] {
  const buys: Purchasable[] = [];
  for (const action of ['tts', 'tts_fixe'] as const) {
    const seconds = decodeDuration(memberOf(details, action));
    if (seconds !== null) buys.push({ action, quantity: seconds, unit: 'seconds' });
  }
  const messages = countOf(memberOf(memberOf(details, 'voice'), 'message'));
  if (messages !== null) buys.push({ action: 'voice_message', quantity: messages, unit: 'messages' });
  return buys;
}

function decodeDuration(duration: JsonValue | undefined): bigint | null {
  const hours = countOf(memberOf(duration, 'h'));
  const minutes = countOf(memberOf(duration, 'm'));
  const seconds = countOf(memberOf(duration, 's'));
  if (hours === null || minutes === null || seconds === null) return null;
  return hours * 3600n + minutes * 60n + seconds;
}

function parseBody(text: string): JsonValue | undefined {
  if (!/^\uFEFF?\s*</.test(text)) return parseJson(text);
  const entries = readXml(text);
  return entries === undefined ? undefined : nameEntries(entries);
}

/** Gives the entries of the platform's XML the names that their positions have in the JSON. */
function nameEntries(entries: readonly XmlEntry[]): JsonValue {
  const [, code, words] = entries;
  const success = readSuccess(entries);
  if (success === 'false') {
    const said = isArray(words) ? { errors: words.map(nameError) } : { message: words ?? '' };
    return { success: false, code: code ?? '', ...said };
  }
  const [credit, currency, details] = success === 'true' ? entries.slice(1) : entries;
  const [tts, ttsFixe, voice] = entriesOf(details);
  return {
    ...(credit === undefined ? {} : { credit }),
    ...(currency === undefined ? {} : { currency }),
    details: {
      tts: nameDuration(tts),
      tts_fixe: nameDuration(ttsFixe),
      voice: { message: entriesOf(voice)[0] ?? '' },
    },
  };
}

/** Some writers of XML have 0 and 1 for it; where it is left out, those are the credit, and a currency follows. */
function readSuccess([first, second, third]: readonly XmlEntry[]): XmlEntry | undefined {
  if ((first !== '0' && first !== '1') || typeof second !== 'string') return first;
  // A balance that nobody knows is empty, and its currency stands behind it.
  const isEmpty = first === '1' && second === '' && typeof third === 'string';
  return isEmpty || /^[\d.,-]+$/.test(second) ? String(first === '1') : first;
}

function nameError(error: XmlEntry): JsonValue {
  const [elementId = '', message = ''] = entriesOf(error);
  return { elementId, message };
}

function nameDuration(duration: XmlEntry | undefined): JsonValue {
  const [h = '', m = '', s = ''] = entriesOf(duration);
  return { h, m, s };
}

function entriesOf(entry: XmlEntry | undefined): XmlEntry[] {
  return Array.isArray(entry) ? entry : [];
}
