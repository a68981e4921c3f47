import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  dialectNames,
  dialectOfPath,
  dialects,
  type Refusal,
  supertone,
  voicepartner,
  voxpria,
} from './index.ts';
import { parseJson } from './json.ts';

const refusals: Record<Refusal['code'], Refusal> = {
  'credential-missing': { code: 'credential-missing' },
  'credential-unknown': { code: 'credential-unknown' },
  'credential-conflicting': { code: 'credential-conflicting' },
  'account-closed': { code: 'account-closed' },
  forbidden: { code: 'forbidden' },
  'not-found': { code: 'not-found' },
  'method-not-allowed': { code: 'method-not-allowed', allow: ['GET', 'HEAD'] },
  'bad-url': { code: 'bad-url' },
  'bad-request': { code: 'bad-request', status: 400, message: 'Send a request of HTTP/1.1.' },
  'invalid-request': {
    code: 'invalid-request',
    problems: [{ in: 'query', path: ['page_size'], message: 'must be at most 20', type: 'maximum' }],
  },
  'insufficient-credits': { code: 'insufficient-credits', pool: 'standard', reason: 'balance' },
  'rate-limited': {
    code: 'rate-limited',
    limit: 5,
    remaining: 0,
    resetAtMs: 1_739_102_460_000,
    retryAfterSeconds: 60,
  },
  conflict: { code: 'conflict', message: 'The key was used for another command.', status: 409 },
  internal: { code: 'internal' },
  unavailable: { code: 'unavailable', retryAfterSeconds: 5 },
};

/** The codes that a vendor's wire cannot tell from another, and what they are read as. */
const readAs: Record<string, Partial<Record<Refusal['code'], Refusal['code']>>> = {
  voicepartner: {
    'credential-missing': 'credential-unknown',
    'account-closed': 'credential-unknown',
    'credential-conflicting': 'invalid-request',
    'bad-url': 'invalid-request',
    'bad-request': 'invalid-request',
  },
  supertone: {
    'credential-missing': 'credential-unknown',
    'credential-conflicting': 'invalid-request',
    'bad-url': 'invalid-request',
    'bad-request': 'invalid-request',
  },
  voxpria: {
    'credential-missing': 'credential-unknown',
    'account-closed': 'credential-unknown',
    'credential-conflicting': 'invalid-request',
    'bad-url': 'invalid-request',
    'bad-request': 'invalid-request',
  },
  ocean: {
    'account-closed': 'credential-unknown',
    'bad-url': 'invalid-request',
    'bad-request': 'invalid-request',
  },
};

const options = [{}, { format: 'xml' }, { language: 'en' }, { format: 'xml', language: 'en' }] as const;

describe.each(dialectNames)('in %s', (name) => {
  const { encodeRefusal, decodeBalance } = dialects[name];

  it.each(Object.values(refusals))('the refusal $code has a reply that reads back', (refusal) => {
    for (const option of options) {
      const reply = encodeRefusal(refusal, option);
      const reading = decodeBalance(reply);
      expect(reply.status).toBeGreaterThanOrEqual(400);
      expect(reading).toMatchObject({
        ok: false,
        refusal: { code: readAs[name]?.[refusal.code] ?? refusal.code, status: reply.status },
      });
    }
  });

  it.each(Object.values(refusals))("the refusal $code has the vendor's content type", (refusal) => {
    for (const option of options) {
      const { body, headers } = encodeRefusal(refusal, option);
      const isXml = name === 'voicepartner' && 'format' in option;
      const expected = body === '' ? undefined : `application/${isXml ? 'xml' : 'json'}; charset=utf-8`;
      expect(headers['content-type']).toBe(expected);
      expect(Object.keys(headers).every((header) => header === header.toLowerCase())).toBe(true);
      expect(isXml || body === '' || parseJson(body) !== undefined).toBe(true);
    }
  });

  it('a request that is too large, too long or of another type keeps its status', () => {
    for (const status of [413, 414, 415] as const) {
      expect(encodeRefusal({ code: 'invalid-request', problems: [], status }).status).toBe(status);
    }
  });

  it('what is no request keeps its status, and is told without a list of values', () => {
    for (const status of [400, 408, 431] as const) {
      const reply = encodeRefusal({ code: 'bad-request', status, message: 'No.' });
      expect(reply.status).toBe(status);
      expect(reply.body).not.toMatch(/"loc"|"errors"/);
    }
  });

  it("wrong values get the vendor's own status, whichever is asked for", () => {
    const statuses = ([400, 422] as const).map(
      (status) => encodeRefusal({ code: 'invalid-request', problems: [], status }).status,
    );
    expect(statuses).toEqual(name === 'ocean' ? [422, 422] : [400, 400]);
  });

  it('a wait and the allowed methods stand in the headers', () => {
    expect(encodeRefusal(refusals['rate-limited']).headers['retry-after']).toBe('60');
    expect(encodeRefusal(refusals.unavailable).headers['retry-after']).toBe('5');
    expect(encodeRefusal(refusals['method-not-allowed']).headers['allow']).toBe('GET, HEAD');
  });

  it('no reply makes decoding throw', () => {
    const members = [
      'balance',
      'success',
      'data',
      'credit',
      'details',
      'usage',
      'credits',
      'detail',
      'message',
      'error',
      'errors',
      'code',
    ];
    const nonsense = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom(null, true, false, 0, -1, 1e300, '', 'x', 'true', '1'),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom(...members), tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    const body = fc.oneof(
      fc.string(),
      nonsense.map((value) => JSON.stringify(value)),
    );
    const status = fc.constantFrom(
      0,
      101,
      200,
      204,
      302,
      400,
      401,
      402,
      403,
      404,
      418,
      422,
      429,
      500,
      503,
      599,
    );
    fc.assert(
      fc.property(status, body, (status, body) => {
        const reply = { status, headers: {}, body };
        for (const decode of [decodeBalance, supertone.decodeUsage, voxpria.decodeUsage]) {
          const reading = decode(reply);
          expect(reading.ok && (status < 200 || status > 299)).toBe(false);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('the dialect of a path', () => {
  it.each([
    ['/v1/me', 'voicepartner'],
    ['/v1/me/some-key', 'voicepartner'],
    ['/v1/me?apiKey=some-key', 'voicepartner'],
    ['/v1/me/%zz', 'voicepartner'],
    ['/v1/credits', 'supertone'],
    ['/v1/usage?page_size=1', 'supertone'],
    ['/api/v1/credits/usage', 'voxpria'],
    ['/api/v1', 'voxpria'],
    ['/v2/credits/balance', 'ocean'],
    ['/v2/elsewhere', 'ocean'],
    ['/scrip/v1/accounts', null],
    ['/v1', null],
    ['/', null],
  ])('of %s is %s', (path, name) => {
    expect(dialectOfPath(path)).toBe(name);
  });

  it('is one at most: no prefix begins with another', () => {
    const prefixes = dialectNames.flatMap((name) => dialects[name].prefixes);
    for (const prefix of prefixes) {
      expect(prefixes.filter((other) => other.startsWith(prefix))).toEqual([prefix]);
    }
  });
});

it('Voice Partner is the only dialect with a choice of language and format', () => {
  expect(voicepartner.encodeRefusal({ code: 'credential-unknown' }, { language: 'en' }).body).toBe(
    '{"success":false,"code":10,"message":"Incorrect API Key"}',
  );
});
