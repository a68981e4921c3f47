import type { Balance } from './balance.ts';
import { type JsonValue, parseJson } from './json.ts';
import type { VendorRefusal } from './refusal.ts';
import type { ReceivedReply } from './reply.ts';

/** Why a reply is neither what was asked for nor a refusal. Nothing of the body is repeated: it may hold a key. */
export interface Unreadable {
  status: number;
  code: 'unexpected-status' | 'empty-body' | 'html' | 'malformed' | 'member-missing' | 'member-odd';
  /** The member that is missing or odd, such as `data.balance`; empty for the whole body. */
  at: string;
}

/** The two ways in which a reply gives no answer. */
export type NotRead = { ok: false; refusal: VendorRefusal } | { ok: false; unreadable: Unreadable };

/** What reading a balance gives. */
export type BalanceReading = { ok: true; balance: Balance } | NotRead;

/** What is wrong with one member of a body, found while decoding it. */
export interface Oddity {
  code: 'member-missing' | 'member-odd';
  at: string;
}

/** How one vendor's replies are told apart; the body is undefined where it could not be parsed. */
export interface Reader<Value> {
  parse?: (text: string) => JsonValue | undefined;
  /** Whether a reply with a good status is a refusal all the same. */
  refuses: (body: JsonValue) => boolean;
  decodeRefusal: (reply: ReceivedReply, body: JsonValue | undefined) => VendorRefusal;
  decode: (body: JsonValue) => { value: Value } | Oddity;
}

/** Sorts a reply into an answer, a refusal or neither. Never throws, whatever the vendor sent. */
export function readReply<Value>(
  reply: ReceivedReply,
  reader: Reader<Value>,
): { ok: true; value: Value } | NotRead {
  const { status } = reply;
  const body = (reader.parse ?? parseJson)(reply.body);
  if (status >= 400) return { ok: false, refusal: reader.decodeRefusal(reply, body) };
  if (status < 200 || status > 299) return unreadable({ status, code: 'unexpected-status', at: '' });
  if (body === undefined) return unreadable({ status, code: codeOfUnparsed(reply.body), at: '' });
  if (reader.refuses(body)) return { ok: false, refusal: reader.decodeRefusal(reply, body) };
  const decoded = reader.decode(body);
  return 'value' in decoded ? { ok: true, value: decoded.value } : unreadable({ status, ...decoded });
}

/** `readReply` for a balance. */
export function readBalance(reply: ReceivedReply, reader: Reader<Balance>): BalanceReading {
  const reading = readReply(reply, reader);
  return reading.ok ? { ok: true, balance: reading.value } : reading;
}

function unreadable(reason: Unreadable): NotRead {
  return { ok: false, unreadable: reason };
}

function codeOfUnparsed(body: string): Unreadable['code'] {
  if (body.trim() === '') return 'empty-body';
  return /^\s*<(!doctype|html|head|body)\b/i.test(body.replace(/^\uFEFF/, '')) ? 'html' : 'malformed';
}
