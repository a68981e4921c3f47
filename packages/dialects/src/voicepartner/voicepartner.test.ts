import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBalance } from './decode.ts';
import { encodeBalance } from './encode.ts';
import { encodeRefusal } from './errors.ts';

const amount = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
const quantity = fc.bigInt({ min: 0n, max: 2n ** 40n });

describe('a Voice Partner balance', () => {
  it('is what was encoded, in JSON and in XML', () => {
    const balances = fc.record({
      creditMicros: amount,
      currency: fc.constant('€' as const),
      ttsSeconds: quantity,
      ttsFixeSeconds: quantity,
      voiceMessages: quantity,
    });
    fc.assert(
      fc.property(balances, fc.constantFrom('json' as const, 'xml' as const), (balance, format) => {
        expect(decodeBalance(encodeBalance(balance, format))).toEqual({
          ok: true,
          balance: {
            pools: [{ pool: 'eur', unit: '€', availableMicros: balance.creditMicros }],
            buys: [
              { action: 'tts', quantity: balance.ttsSeconds, unit: 'seconds' },
              { action: 'tts_fixe', quantity: balance.ttsFixeSeconds, unit: 'seconds' },
              { action: 'voice_message', quantity: balance.voiceMessages, unit: 'messages' },
            ],
          },
        });
      }),
    );
  });

  it('shows durations with less than 60 minutes and seconds, and the credit as a string', () => {
    const reply = encodeBalance({
      creditMicros: 18_500_000n,
      currency: '€',
      ttsSeconds: 3599n,
      ttsFixeSeconds: 360_000n,
      voiceMessages: 9n,
    });
    expect(reply.body).toBe(
      '{"success":true,"credit":"18.5","currency":"€","details":{"tts":{"h":0,"m":59,"s":59},' +
        '"tts_fixe":{"h":100,"m":0,"s":0},"voice":{"message":9}}}',
    );
    expect(reply.headers).toEqual({ 'content-type': 'application/json; charset=utf-8' });
  });

  it('keeps a currency other than the euro as it stands', () => {
    const reading = decodeBalance({ status: 200, headers: {}, body: '{"credit":"1","currency":"CHF"}' });
    expect(reading).toEqual({
      ok: true,
      balance: { pools: [{ pool: 'credits', unit: 'CHF', availableMicros: 1_000_000n }] },
    });
  });
});

describe('a Voice Partner refusal', () => {
  it.each([
    [200, 429, 'rate-limited'],
    [403, 429, 'rate-limited'],
    [400, 10, 'credential-unknown'],
    [503, 77, 'unavailable'],
  ])('is read by its code before its status: %i with %i is %s', (status, code, meaning) => {
    const reply = {
      status,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ success: false, code }),
    };
    expect(decodeBalance(reply)).toMatchObject({ refusal: { code: meaning, status } });
  });

  it('names a nested field as the platform does, and reads back', () => {
    const problem = {
      in: 'body',
      path: ['lines', 0, 'quantity'],
      message: 'must be above 0',
      type: 'range',
    } as const;
    const reply = encodeRefusal({ code: 'invalid-request', problems: [problem] }, { language: 'en' });
    expect(reply.body).toBe(
      '{"success":false,"code":9,"errors":[{"elementId":"children[lines].children[0].children[quantity].data",' +
        '"message":"must be above 0"}]}',
    );
    expect(decodeBalance(reply)).toMatchObject({
      refusal: { problems: [{ path: ['lines', 0, 'quantity'] }] },
    });
  });

  it('reads a name of a field that never ends', () => {
    const elementId = 'children['.repeat(100_000);
    const body = JSON.stringify({ success: false, code: 9, errors: [{ elementId, message: 'odd' }] });
    expect(decodeBalance({ status: 400, headers: {}, body })).toMatchObject({
      refusal: { problems: [{ path: [], message: 'odd' }] },
    });
  });

  it.each([
    [400, 'fr', 'Requête incorrecte'],
    [413, 'en', 'Incorrect request'],
    [414, 'fr', 'URL incorrecte'],
    [414, 'en', 'Incorrect URL'],
  ] as const)(
    'says in its own language what is wrong with a request as a whole: %i, %s',
    (status, language, words) => {
      const problems = [{ in: 'body', path: [], message: 'Send less at once.', type: 'x' }] as const;
      const reply = encodeRefusal({ code: 'invalid-request', problems, status }, { language });
      expect(reply.body).toBe(
        `{"success":false,"code":9,"errors":[{"elementId":"data","message":"${words}"}]}`,
      );
    },
  );

  it('leaves what is wrong with the values of a spend in the words that it is told in', () => {
    const problems = [{ in: 'body', path: [], message: 'Send either this or that.', type: 'x' }] as const;
    const reply = encodeRefusal({ code: 'invalid-request', problems, status: 422 });
    expect(reply.body).toContain('Send either this or that.');
  });

  it('says in its own language that a field is missing', () => {
    const refusal = {
      code: 'invalid-request',
      problems: [{ in: 'body', path: ['amount'], message: 'Required', type: 'missing' }],
    } as const;
    expect(encodeRefusal(refusal).body).toContain('"message":"Ce champ est requis"');
    expect(encodeRefusal(refusal, { language: 'en' }).body).toContain('"message":"This field is required"');
  });
});
