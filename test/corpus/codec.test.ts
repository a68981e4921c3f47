import { describe, expect, it } from 'vitest';
import {
  dialectNames,
  dialects,
  ocean,
  type Refusal,
  type Reply,
  supertone,
  voicepartner,
  voxpria,
} from '../../packages/dialects/src/index.ts';
import {
  bodyOf,
  type CorpusCase,
  type CorpusEntry,
  type EncodeCall,
  type Json,
  loadCorpus,
} from './corpus.ts';

const entries = dialectNames.flatMap(loadCorpus);

describe.each(dialectNames)('the corpus of %s', (vendor) => {
  const cases = entries.filter((entry) => entry.vendor === vendor);

  it.each(cases)('$path reads as it says', (entry) => {
    const { reply } = entry.case;
    expect(read(entry, { status: reply.status, headers: reply.headers, body: bodyOf(reply) })).toEqual(
      expectedReading(entry.case),
    );
  });

  it.each(cases.filter((entry) => entry.case.encode !== undefined))('$path is what is encoded', (entry) => {
    const { reply } = entry.case;
    const encoded = encode(entry.vendor, entry.case.encode as EncodeCall);
    expect(encoded.status).toBe(reply.status);
    expect(encoded.headers).toMatchObject(reply.headers);
    expect(reply.text ?? reply.json).toEqual(
      reply.text === undefined ? JSON.parse(encoded.body) : encoded.body,
    );
    expect(read(entry, encoded)).toEqual(expectedReading(entry.case));
  });

  it('has every kind of refusal, each by a case that encodes it', () => {
    const kinds: Record<Refusal['code'], true> = {
      'credential-missing': true,
      'credential-unknown': true,
      'credential-conflicting': true,
      'account-closed': true,
      forbidden: true,
      'not-found': true,
      'method-not-allowed': true,
      'bad-url': true,
      'bad-request': true,
      'invalid-request': true,
      'insufficient-credits': true,
      'rate-limited': true,
      conflict: true,
      internal: true,
      unavailable: true,
    };
    const covered = new Set(
      cases.flatMap(({ case: { encode } }) => (encode?.call === 'encodeRefusal' ? codeOf(encode.input) : [])),
    );
    expect([...covered].toSorted()).toEqual(Object.keys(kinds).toSorted());
  });
});

describe('a case', () => {
  it.each(entries)('$path is well-formed', ({ case: it }) => {
    const outcomes = [it.decoded, it.refusal, it.unreadable].filter((outcome) => outcome !== undefined);
    expect(outcomes).toHaveLength(1);
    expect(it.servedByUs).toBe(it.encode !== undefined);
    expect(it.given === null || it.servedByUs).toBe(true);
    expect(it.reply.json !== undefined || it.reply.text !== undefined).toBe(true);
  });

  it('shares its account and its keys with no other', () => {
    const ids = entries.flatMap(({ case: { given } }) => given?.account?.id ?? []);
    const keys = entries.flatMap(({ case: { given } }) => given?.keys ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('has a name of its own within its vendor', () => {
    const names = entries.map((entry) => `${entry.vendor}: ${entry.case.name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });
});

function read({ vendor, case: { reads } }: CorpusEntry, reply: Reply): Json {
  const usage = vendor === 'voxpria' ? voxpria : supertone;
  const reading = reads === 'usage' ? usage.decodeUsage(reply) : dialects[vendor].decodeBalance(reply);
  const written = JSON.stringify(reading, (_name, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
  return JSON.parse(written) as Json;
}

function expectedReading({ reads, decoded, refusal, unreadable }: CorpusCase): unknown {
  if (decoded !== undefined) return { ok: true, [reads]: decoded };
  return { ok: false, ...(refusal === undefined ? { unreadable } : { refusal }) };
}

function codeOf(refusal: Json): Refusal['code'] {
  return (refusal as unknown as Refusal).code;
}

function encode(vendor: CorpusEntry['vendor'], { call, input, options }: EncodeCall): Reply {
  const value = reviveAmounts(input) as never;
  if (call === 'encodeRefusal') return dialects[vendor].encodeRefusal(value, options);
  switch (`${vendor}.${call}`) {
    case 'voicepartner.encodeBalance':
      return voicepartner.encodeBalance(value, options?.format);
    case 'supertone.encodeCredits':
      return supertone.encodeCredits(value);
    case 'supertone.encodeUsage':
      return supertone.encodeUsage(value);
    case 'voxpria.encodeCredits':
      return voxpria.encodeCredits(value);
    case 'voxpria.encodeUsage':
      return voxpria.encodeUsage(value);
    case 'ocean.encodeBalance':
      return ocean.encodeBalance(value);
    default:
      throw new Error(`${vendor} has no ${call}`);
  }
}

/** Integers that may pass 2^53 stand as decimal strings in the files. */
function reviveAmounts(input: Json): unknown {
  const integers = /Micros$|^tts(Fixe)?Seconds$|^voiceMessages$/;
  return JSON.parse(JSON.stringify(input), (name, value: unknown) =>
    integers.test(name) && typeof value === 'string' ? BigInt(value) : value,
  );
}
