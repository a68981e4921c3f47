import type { CreditsDebited, Change } from './entry.ts';

/**
 * Nearly all entries are debits, so that theirs is the shortest text: a JSON array without names, in this order, with
 * amounts as strings. A draw is its lot, its grant and its amount, and there may be several.
 */
const DEBIT_FORMAT = 3;
const HEAD = `[${DEBIT_FORMAT},"CreditsDebited",`;
const MEMBERS = 15;
const MEMBERS_OF_DRAW = 3;

export function encodeDebit(entry: CreditsDebited, change: Change): string {
  const members = [
    DEBIT_FORMAT,
    entry.kind,
    entry.atMs,
    change.id,
    change.fingerprint,
    change.personalDigest,
    change.actor,
    entry.pool,
    String(entry.amountMicros),
    entry.action,
    entry.quantityMicros === null ? null : String(entry.quantityMicros),
    entry.rateCardVersion,
    String(entry.settledMicros),
    String(entry.heldMicros),
    entry.occurredAtMs,
  ];
  for (const { lot, grantId, amountMicros } of entry.draws) members.push(lot, grantId, String(amountMicros));
  return JSON.stringify(members);
}

/** Null for a text that is not a debit's. Throws for one that begins as such and is none. */
export function decodeDebit(accountId: string, version: number, body: string): CreditsDebited | null {
  if (!body.startsWith(HEAD)) return null;
  return readPlainDebit(accountId, version, body) ?? debitOf(accountId, version, JSON.parse(body) as Members);
}

/** As they are parsed. */
type Members = readonly [
  format: number,
  kind: string,
  atMs: number,
  id: string,
  fingerprint: string,
  personalDigest: string | null,
  actor: string | null,
  pool: string,
  amountMicros: string,
  action: string | null,
  quantityMicros: string | null,
  rateCardVersion: number | null,
  settledMicros: string,
  heldMicros: string,
  occurredAtMs: number | null,
  ...draws: (string | number)[],
];

function debitOf(accountId: string, version: number, members: Members): CreditsDebited {
  const drawn = members.slice(MEMBERS);
  if (members.length < MEMBERS || drawn.length % MEMBERS_OF_DRAW !== 0)
    throw new Error(`a debit’s format has no ${members.length} members`);
  const quantity = members[10];
  return {
    accountId,
    version,
    kind: 'CreditsDebited',
    atMs: members[2],
    change: { id: members[3], fingerprint: members[4], personalDigest: members[5], actor: members[6] },
    pool: members[7],
    amountMicros: BigInt(members[8]),
    action: members[9],
    quantityMicros: quantity === null ? null : BigInt(quantity),
    rateCardVersion: members[11],
    settledMicros: BigInt(members[12]),
    heldMicros: BigInt(members[13]),
    occurredAtMs: members[14],
    draws: Array.from({ length: drawn.length / MEMBERS_OF_DRAW }, (_, draw) => {
      const first = draw * MEMBERS_OF_DRAW;
      const [lot, grantId, amountMicros] = drawn.slice(first, first + MEMBERS_OF_DRAW);
      return {
        lot: lot as number,
        grantId: grantId as string,
        amountMicros: BigInt(amountMicros as string),
      };
    }),
  };
}

const TEXT = String.raw`"([^"\\\u0000-\u001f]*)"`;
const COUNT = String.raw`(0|[1-9]\d{0,15})`;
const MICROS = String.raw`"(0|[1-9]\d{0,18})"`;
const orNull = (pattern: string) => `(?:null|${pattern})`;
const PLAIN = new RegExp(
  `^\\[${DEBIT_FORMAT},"CreditsDebited",${COUNT},${TEXT},${TEXT},${orNull(TEXT)},${orNull(TEXT)},${TEXT},${MICROS},` +
    `${orNull(TEXT)},${orNull(MICROS)},${orNull(COUNT)},${MICROS},${MICROS},${orNull(COUNT)}(?:,${COUNT},${TEXT},${MICROS})?\\]$`,
);

/**
 * Reads a debit from one lot, or a free one from none, in half the time that JSON takes. Null for any other text: several
 * lots, an escaped character; JSON knows them all.
 */
export function readPlainDebit(accountId: string, version: number, body: string): CreditsDebited | null {
  const found = PLAIN.exec(body) as unknown as Groups | null;
  if (found === null) return null;
  const [amount, lot] = [found[7], found[14]];
  const amountMicros = readMicros(amount);
  // Mostly the quantity has the same digits, and all of the amount is drawn from one lot.
  const readSame = (digits: string) => (digits === amount ? amountMicros : readMicros(digits));
  return {
    accountId,
    version,
    kind: 'CreditsDebited',
    atMs: Number(found[1]),
    change: {
      id: found[2],
      fingerprint: found[3],
      personalDigest: found[4] ?? null,
      actor: found[5] ?? null,
    },
    pool: found[6],
    amountMicros,
    action: found[8] ?? null,
    quantityMicros: found[9] === undefined ? null : readSame(found[9]),
    rateCardVersion: found[10] === undefined ? null : Number(found[10]),
    settledMicros: readMicros(found[11]),
    heldMicros: readMicros(found[12]),
    occurredAtMs: found[13] === undefined ? null : Number(found[13]),
    draws:
      lot === undefined
        ? []
        : [{ lot: Number(lot), grantId: found[15] ?? '', amountMicros: readSame(found[16] ?? '') }],
  };
}

const EXACT_DIGITS = 15;
const ZERO = '0'.charCodeAt(0);

/** As `BigInt` of decimal digits, which takes several times as long to read a text as to take a number over. */
function readMicros(digits: string): bigint {
  if (digits === '0') return 0n;
  if (digits.length > EXACT_DIGITS) return BigInt(digits);
  let micros = 0;
  for (let at = 0; at < digits.length; at += 1) micros = micros * 10 + digits.charCodeAt(at) - ZERO;
  return BigInt(micros);
}

type Optional = string | undefined;
type Groups = readonly [
  body: string,
  atMs: string,
  id: string,
  fingerprint: string,
  personalDigest: Optional,
  actor: Optional,
  pool: string,
  amountMicros: string,
  action: Optional,
  quantityMicros: Optional,
  rateCardVersion: Optional,
  settledMicros: string,
  heldMicros: string,
  occurredAtMs: Optional,
  lot: Optional,
  grantId: Optional,
  drawnMicros: Optional,
];
