import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeBalance } from './decode.ts';
import { encodeBalance } from './encode.ts';
import { encodeRefusal } from './errors.ts';

it('an Ocean.io balance is what was encoded', () => {
  const amount = fc.bigInt({ min: 0n, max: 2n ** 62n });
  const pool = fc.record({ oneTimeMicros: amount, recurringMicros: amount });
  const balances = fc.record({
    credits: pool,
    emailCredits: pool,
    phoneCredits: pool,
    dailyLimitRateLeft: fc.nat(),
    dailyLimitRateSecondsToReset: fc.nat({ max: 86_400 }),
  });
  fc.assert(
    fc.property(balances, (input) => {
      const pools = [
        { pool: 'standard', ...input.credits },
        { pool: 'email', ...input.emailCredits },
        { pool: 'phone', ...input.phoneCredits },
      ].map((each) =>
        Object.assign(each, { unit: 'credits', availableMicros: each.oneTimeMicros + each.recurringMicros }),
      );
      const dailyLimit = {
        requestsLeft: input.dailyLimitRateLeft,
        secondsToReset: input.dailyLimitRateSecondsToReset,
      };
      expect(decodeBalance(encodeBalance(input))).toEqual({ ok: true, balance: { pools, dailyLimit } });
    }),
  );
});

it('every insufficiency that Ocean.io can tell apart reads back', () => {
  for (const pool of ['standard', 'email', 'phone']) {
    for (const reason of ['balance', 'holds'] as const) {
      const reading = decodeBalance(encodeRefusal({ code: 'insufficient-credits', pool, reason }));
      expect(reading).toMatchObject({ ok: false, refusal: { code: 'insufficient-credits', pool, reason } });
    }
  }
});

it('what is wrong is told with the place that the reply names, and no other', () => {
  const body = '{"detail":[{"loc":["string",0],"msg":"wrong","type":"value_error"},{"msg":"odd"}]}';
  const reply = { status: 422, headers: { 'content-type': 'application/json' }, body };
  expect(decodeBalance(reply)).toMatchObject({ refusal: { message: 'string.0: wrong; : odd' } });
});

it('what is wrong with a request reads back, places and indexes included', () => {
  const problem = {
    in: 'query',
    path: ['lines', 0],
    message: 'Input should be a number',
    type: 'number',
  } as const;
  const reply = encodeRefusal({ code: 'invalid-request', problems: [problem] });
  expect(reply.body).toBe(
    '{"detail":[{"loc":["query","lines",0],"msg":"Input should be a number","type":"number"}]}',
  );
  expect(decodeBalance(reply)).toMatchObject({
    refusal: {
      code: 'invalid-request',
      message: 'query.lines.0: Input should be a number',
      problems: [problem],
    },
  });
});

const read = (body: string) =>
  decodeBalance({ status: 200, headers: { 'content-type': 'application/json' }, body });

it.each(['99999999999999', '1e30', '-99999999999999', '{"oneTime":99999999999999}'])(
  'a pool of %s, which is no amount, is unreadable and not empty',
  (pool) => {
    const odd = { ok: false, unreadable: { code: 'member-odd' } };
    expect(read(`{"credits":${pool},"emailCredits":{"oneTime":1}}`)).toMatchObject(odd);
  },
);

it.each(['"dailyLimitRateLeft":-1', '"dailyLimitRateSecondsToReset":"soon"'])(
  'a daily limit of %s is none that is used up',
  (member) => {
    const reading = read(`{"credits":{"oneTime":5},${member}}`);
    expect(reading).toMatchObject({
      ok: true,
      balance: { pools: [{ availableMicros: 5_000_000n }, {}, {}] },
    });
    expect(reading.ok && reading.balance.dailyLimit).toBeUndefined();
  },
);

it('a pool of members that nobody knows is odd, and an empty one is 0', () => {
  const read = (credits: object) =>
    decodeBalance({ status: 200, headers: {}, body: JSON.stringify({ credits }) });
  expect(read({ remaining: 500 })).toMatchObject({
    ok: false,
    unreadable: { code: 'member-odd', at: 'credits' },
  });
  expect(read({})).toMatchObject({ ok: true, balance: { pools: [{ availableMicros: 0n }, {}, {}] } });
  expect(read({ oneTime: 5, remaining: 500 })).toMatchObject({
    ok: true,
    balance: { pools: [{ availableMicros: 5_000_000n }, {}, {}] },
  });
});
