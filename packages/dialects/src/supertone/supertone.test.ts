import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { divideHalfUp } from '../decimal.ts';
import { decodeBalance, decodeUsage } from './decode.ts';
import { encodeCredits, encodeUsage } from './encode.ts';

const amount = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const instant = fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000);

it('a Supertone balance is what was encoded, null included', () => {
  fc.assert(
    fc.property(fc.option(amount), (balanceMicros) => {
      expect(decodeBalance(encodeCredits({ balanceMicros }))).toEqual({
        ok: true,
        balance: { pools: [{ pool: 'credits', unit: 'credits', availableMicros: balanceMicros }] },
      });
    }),
  );
});

it('Supertone usage is what was encoded, in minutes', () => {
  const result = fc.record(
    {
      secondsUsedMicros: amount,
      voiceId: fc.string(),
      voiceName: fc.string(),
      apiKey: fc.string(),
      model: fc.string(),
    },
    { requiredKeys: ['secondsUsedMicros'], noNullPrototype: true },
  );
  const bucket = fc.record({
    startingAtMs: instant,
    endingAtMs: instant,
    results: fc.array(result, { maxLength: 3 }),
  });
  const usage = fc.record({
    buckets: fc.array(bucket),
    nextPageToken: fc.option(fc.string({ minLength: 1 })),
    total: fc.nat(),
  });
  fc.assert(
    fc.property(usage, (input) => {
      const buckets = input.buckets.map((each) => ({
        startingAtMs: each.startingAtMs,
        endingAtMs: each.endingAtMs,
        results: each.results.map(({ secondsUsedMicros, ...breakdown }) =>
          Object.assign(breakdown, { minutesUsedMicros: divideHalfUp(secondsUsedMicros, 60n) }),
        ),
      }));
      const { nextPageToken, total } = input;
      expect(decodeUsage(encodeUsage(input))).toEqual({ ok: true, usage: { buckets, nextPageToken, total } });
    }),
  );
});

it.each(['', ',"results":null', ',"results":{"minutes_used":5}'])(
  'a bucket whose results are no list is not one without usage: %j',
  (results) => {
    const bucket = `{"starting_at":"2026-03-01T00:00:00Z","ending_at":"2026-03-02T00:00:00Z"${results}}`;
    const body = `{"data":[${bucket}],"next_page_token":null,"total":1}`;
    const reply = { status: 200, headers: { 'content-type': 'application/json' }, body };
    expect(decodeUsage(reply)).toMatchObject({ ok: false, unreadable: { at: 'data[0]' } });
  },
);

it('minutes are rounded half up to six decimals', () => {
  const results = [1_000_000n, 30n, 29n, 90_000_000n].map((secondsUsedMicros) => ({ secondsUsedMicros }));
  const reply = encodeUsage({
    buckets: [{ startingAtMs: 0, endingAtMs: 0, results }],
    nextPageToken: null,
    total: 1,
  });
  const minutes = [...reply.body.matchAll(/"minutes_used":([\d.]+)/g)].map(([, text]) => text);
  expect(minutes).toEqual(['0.016667', '0.000001', '0', '1.5']);
});
