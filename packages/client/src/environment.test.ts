import { afterEach, describe, expect, it, vi } from 'vitest';
import { readVariable } from './environment.ts';
import { Ocean, Scrip, Supertone, VoicePartner, Voxpria } from './index.ts';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

/** A balance for each of the four. */
const body = JSON.stringify({ credit: '1', balance: 1, data: { balance: 1 }, credits: { oneTime: 1 } });

describe('a client that is told nothing', () => {
  const made = [
    ['VOICEPARTNER_API_KEY', 'VOICEPARTNER_BASE_URL', VoicePartner],
    ['SUPERTONE_API_KEY', 'SUPERTONE_BASE_URL', Supertone],
    ['VOXPRIA_API_KEY', 'VOXPRIA_BASE_URL', Voxpria],
    ['OCEAN_API_TOKEN', 'OCEAN_BASE_URL', Ocean],
  ] as const;

  it.each(made)('takes its key from %s and its address from %s', async (keyName, urlName, Client) => {
    vi.stubEnv(keyName, 'key-of-the-environment');
    vi.stubEnv(urlName, 'http://127.0.0.1:2/below/');
    const sent: { url: string; headers: string }[] = [];
    const fetch = async (url: URL, { headers }: RequestInit) => {
      sent.push({ url: url.href, headers: JSON.stringify(headers) });
      return new Response(body);
    };
    await new Client({ fetch }).balance();
    expect(sent[0]?.url).toMatch(/^http:\/\/127\.0\.0\.1:2\/below\/(v1|v2|api)\//);
    expect(`${sent[0]?.url} ${sent[0]?.headers}`).toContain('key-of-the-environment');
  });

  it.each(made)('says that %s is missing, or empty', (keyName, _urlName, Client) => {
    vi.stubEnv(keyName, '');
    expect(() => new Client()).toThrow(`set ${keyName}.`);
  });

  it('takes a Scrip’s key from SCRIP_KEY and its address from SCRIP_URL', async () => {
    vi.stubEnv('SCRIP_KEY', 'key-of-the-environment');
    vi.stubEnv('SCRIP_URL', 'http://127.0.0.1:2/below');
    let asked = '';
    const fetch = async (url: URL, { headers }: RequestInit) => {
      asked = `${url.href} ${new Headers(headers).get('authorization')}`;
      return Response.json({ data: [], next: null });
    };
    await new Scrip({ fetch }).listAccounts();
    expect(asked).toBe('http://127.0.0.1:2/below/scrip/v1/accounts Bearer key-of-the-environment');
  });
});

it('what a client is told goes before the environment', () => {
  vi.stubEnv('OCEAN_BASE_URL', 'nonsense');
  expect(() => new Ocean({ apiKey: 'k', baseUrl: 'http://127.0.0.1:2' })).not.toThrow();
  expect(() => new Ocean({ apiKey: 'k' })).toThrow('The address of Ocean.io');
});

it.each([
  [{ timeoutMs: 0 }, 'timeoutMs'],
  [{ timeoutMs: 2 ** 31 }, 'timeoutMs'],
  [{ timeoutMs: 1.5 }, 'timeoutMs'],
  [{ maxRetries: -1 }, 'maxRetries'],
  [{ maxRetries: 11 }, 'maxRetries'],
])('the options %j are refused', (options, name) => {
  expect(() => new Ocean({ apiKey: 'k', ...options })).toThrow(name);
});

describe('a variable', () => {
  it('is not there where there is no process, as in a browser', () => {
    vi.stubGlobal('process', undefined);
    expect(readVariable('PATH')).toBeUndefined();
  });

  it('is not there where a bundler leaves a process without an environment', () => {
    vi.stubGlobal('process', {});
    expect(readVariable('PATH')).toBeUndefined();
  });

  it.each([
    ['granted', 'of Deno'],
    ['prompt', undefined],
    ['denied', undefined],
  ])('is read from Deno only where that is granted: %s', (state, value) => {
    const asked: object[] = [];
    const permissions = { querySync: (wanted: object) => (asked.push(wanted), { state }) };
    vi.stubGlobal('Deno', { permissions, env: { get: () => 'of Deno' } });
    expect(readVariable('OCEAN_API_TOKEN')).toBe(value);
    expect(asked).toEqual([{ name: 'env', variable: 'OCEAN_API_TOKEN' }]);
  });
});
