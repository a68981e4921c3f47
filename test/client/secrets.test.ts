import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Fetch,
  Ocean,
  type Runtime,
  Scrip,
  Supertone,
  VoicePartner,
  Voxpria,
} from '../../packages/client/src/index.ts';
import { type Answer, breakOff, hangUp, silence, startStandIn } from '../support/stand-in.ts';
import { createInstantRuntime } from '../support/test-runtime.ts';

/** With characters that an address, JSON and a pattern write in another way. */
const KEY = 'sk"live/7+$&é'.replace('é', '%\\');
const FORMS = [KEY, encodeURIComponent(KEY), JSON.stringify(KEY).slice(1, -1)];

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

const clients = {
  voicepartner: (options: object) => {
    const client = new VoicePartner({ apiKey: KEY, ...options });
    return { client, read: async () => client.balance() };
  },
  supertone: (options: object) => {
    const client = new Supertone({ apiKey: KEY, ...options });
    return { client, read: async () => client.usage({ start: '2026-03-01', end: '2026-03-02' }) };
  },
  voxpria: (options: object) => {
    const client = new Voxpria({ apiKey: KEY, ...options });
    return { client, read: async () => client.usage({ start: '2026-03-01', end: '2026-03-02' }) };
  },
  ocean: (options: object) => {
    const client = new Ocean({ apiKey: KEY, ...options });
    return { client, read: async () => client.balance() };
  },
  scrip: ({ baseUrl, ...options }: { baseUrl?: string; fetch?: Fetch; runtime?: Runtime }) => {
    const client = new Scrip({ key: KEY, url: baseUrl ?? 'http://127.0.0.1:2', ...options });
    return { client, read: async () => client.account('acme').debit({ action: 'sms', quantity: 1 }) };
  },
};

/** Everything that a log, a debugger or a reply to a customer could show of a value. */
function shownOf(value: unknown): string {
  const shown = [
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(value),
    String(value),
  ];
  if (value instanceof Error) {
    shown.push(value.stack ?? '', shownOf(value.cause));
    for (const name of Object.getOwnPropertyNames(value))
      shown.push(JSON.stringify((value as unknown as Record<string, unknown>)[name]) ?? '');
  }
  return shown.join('\n');
}

/** Repeats the key in its words, everywhere that an error might take them from. */
const echo =
  (status: number, wrap: (key: string) => object | string, type = 'application/json'): Answer =>
  (_request, response) => {
    const body = wrap(KEY);
    const headers = {
      'content-type': type,
      'x-request-id': `request of ${KEY}`,
      'retry-after': '99',
      'x-echo': encodeURIComponent(KEY),
      location: `http://127.0.0.1:2/${encodeURIComponent(KEY)}`,
    };
    response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  };

const misbehaviours: Record<string, Answer> = {
  'hangs up': hangUp,
  'breaks off': breakOff,
  'never answers': silence,
  redirects: echo(302, () => ''),
  'refuses in Voice Partner’s words': echo(401, (key) => ({
    success: false,
    code: key,
    message: `Bad ${key}`,
  })),
  'refuses with a list': echo(400, (key) => ({
    success: false,
    code: 9,
    errors: [{ elementId: `children[${key}]`, message: key }],
  })),
  'refuses in Supertone’s words': echo(403, (key) => ({
    status: 'error',
    message: { message: key, error: key },
  })),
  'refuses in Voxpria’s words': echo(402, (key) => ({ success: false, error: { code: key, message: key } })),
  'refuses in Ocean.io’s words': echo(422, (key) => ({
    detail: [{ loc: ['header', key], msg: key, type: key }],
  })),
  'refuses in Scrip’s words': echo(
    409,
    (key) => ({ title: key, status: 409, code: key, detail: key, errors: [{ pointer: key, detail: key }] }),
    'application/problem+json',
  ),
  'has enough': echo(429, (key) => ({ detail: key, message: key })),
  breaks: echo(500, (key) => `<html>${key}</html>`, 'text/html'),
  'sends a page': echo(200, (key) => `<html>${key}</html>`, 'text/html'),
  'sends nonsense': echo(200, (key) => ({ balance: [key], credit: [key], data: { usage: [key] } })),
  'sends more nonsense': echo(200, (key) => `{"${key}`),
};

describe.each(Object.entries(clients))('a client of %s', (_service, create) => {
  it('does not show its key', () => {
    const { client } = create({ baseUrl: 'http://127.0.0.1:2' });
    for (const form of FORMS) expect(shownOf(client)).not.toContain(form);
  });

  it.each(Object.entries(misbehaviours))(
    'shows its key in nothing where the service %s',
    async (_what, answer) => {
      const standIn = await startStandIn(answer);
      closing.push(standIn.close);
      const options = {
        baseUrl: standIn.url,
        timeoutMs: 200,
        maxRetries: 1,
        runtime: createInstantRuntime(),
      };
      const error: unknown = await create(options)
        .read()
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      for (const form of FORMS) expect(shownOf(error)).not.toContain(form);
    },
  );

  it('shows its key in nothing where a fetch of somebody’s own throws it', async () => {
    const fetch = async () => {
      throw Object.assign(new TypeError(`cannot send ${KEY}`), { cause: new Error(`${KEY} is no header`) });
    };
    const error: unknown = await create({ fetch, runtime: createInstantRuntime() })
      .read()
      .catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('[key] is no header');
    for (const form of FORMS) expect(shownOf(error)).not.toContain(form);
  });
});

it.each(['a key with spaces', 'a\nkey', 'clé', '\u0000'])('the key %j is refused, and not shown', (key) => {
  const refuse = () => new Ocean({ apiKey: key });
  expect(refuse).toThrow('The key for Ocean.io holds a space or another character that no key has.');
});

it.each([
  'ftp://key-in-address@127.0.0.1',
  'http://user:key-in-address@127.0.0.1',
  'http://127.0.0.1/?token=key-in-address',
  'http://127.0.0.1/#key-in-address',
  'key-in-address',
])('the address %s is refused, and not shown', (baseUrl) => {
  let thrown: unknown;
  try {
    new Ocean({ apiKey: 'k', baseUrl });
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ name: 'ConfigurationError', code: 'url-invalid' });
  expect(shownOf(thrown)).not.toContain('key-in-address');
});
