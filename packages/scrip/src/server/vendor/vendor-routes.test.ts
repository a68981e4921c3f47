import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { VendorApp } from '../../../../../test/support/vendor-app.ts';
import { openVendorApp } from '../../../../../test/support/vendor-app.ts';
import { defaultServerSettings } from '../../config/settings.ts';
import { Fault } from '../../ledger/fault.ts';

let app: VendorApp;
beforeEach(async () => {
  app = await openVendorApp();
  await app.open('customer', 'the-key');
});
afterEach(() => app.close());

/** One read in each dialect, with the key where its clients put it. */
const READS = [
  ['voicepartner', '/v1/me/the-key', {}],
  ['supertone', '/v1/credits', { 'x-sup-api-key': 'the-key' }],
  ['voxpria', '/api/v1/credits', { authorization: 'Bearer the-key' }],
  ['ocean', '/v2/credits/balance', { 'x-api-token': 'the-key' }],
] as const;

describe('the vendor routes', () => {
  it.each(READS)('take one key in every dialect: %s', async (_vendor, path, headers) => {
    const reply = await app.get(path, headers);
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': String(Buffer.byteLength(reply.body)),
      'cache-control': 'no-store',
    });
  });

  it.each(READS)('answer HEAD as GET without the body: %s', async (_vendor, path, headers) => {
    const got = await app.get(path, headers);
    const { status, headers: head, body } = await app.send('HEAD', path, headers);
    expect([status, body]).toEqual([200, '']);
    expect(head['content-length']).toBe(got.headers['content-length']);
    expect(head['content-type']).toBe(got.headers['content-type']);
  });

  it.each(READS)('take no operator key: %s', async (_vendor, path, headers) => {
    const asOperator = await app.get(path.replace('the-key', 'operator-key'), swap(headers, 'operator-key'));
    const asNobody = await app.get(path.replace('the-key', 'nobodys'), swap(headers, 'nobodys'));
    expect([401, 403]).toContain(asNobody.status);
    expect(asOperator.body).toBe(asNobody.body);
  });

  it('read the key from raw headers, so that a repeated one is seen', async () => {
    const reply = await app.raw(
      'GET /v2/credits/balance HTTP/1.1\r\nHost: x\r\nX-Api-Token: the-key\r\nx-API-token: the-key\r\nConnection: close\r\n\r\n',
    );
    expect(reply).toMatch(/^HTTP\/1\.1 400 /);
    expect(reply).toContain('Conflicting API tokens');
  });

  it('take an absolute address', async () => {
    const reply = await app.raw(
      'GET http://x/v1/me/the-key HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    expect(reply).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('answer an address without the Authorization scheme as one without a key', async () => {
    for (const authorization of ['the-key', 'Basic dGhlLWtleQ==', 'Bearer', 'Bearer '])
      expect((await app.get('/api/v1/credits', { authorization })).json.error.code).toBe('unauthorized');
    expect((await app.get('/api/v1/credits', { authorization: 'bearer  the-key' })).status).toBe(200);
  });

  it.each([
    '/v1/me/the-key',
    '/v1/credits',
    '/v1/usage',
    '/api/v1/credits',
    '/api/v1/credits/usage',
    '/v2/credits/balance',
  ])('tell any other method on %s what is allowed, whatever its body is', async (path) => {
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND']) {
      const reply = await app.send(method, path, { 'content-type': 'text/odd' }, '{');
      expect([method, reply.status]).toEqual([method, 405]);
      expect(reply.headers['allow']).toBe('GET, HEAD');
      expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    }
  });

  it.each([
    ['/v1/me/the-key/more', '{"success":false,"code":404,"message":"Ressource introuvable"}'],
    ['/v1/message', '{"success":false,"code":404,"message":"Ressource introuvable"}'],
    ['/v1/me%2Fthe-key', '{"success":false,"code":404,"message":"Ressource introuvable"}'],
    [
      '/v1/usage/more',
      '{"status":"error","message":{"message":"Not Found","error":"Not Found","statusCode":404}}',
    ],
    ['/api/v1', '{"success":false,"error":{"code":"not_found","message":"Resource not found"}}'],
    ['/v2/credits/balance/', ''],
  ])('find nothing at %s, in the vendor’s words', async (path, body) => {
    for (const method of ['GET', 'POST', 'PROPFIND']) {
      const reply = await app.send(method, path);
      expect([method, reply.status, reply.body]).toEqual([method, 404, body]);
    }
  });

  it('give an empty 404 no content type', async () => {
    const reply = await app.get('/v2/nothing');
    expect(reply.headers).not.toHaveProperty('content-type');
    expect(reply.headers['content-length']).toBe('0');
  });

  it.each(['/v1/me/%zz', '/v1/me/%E0%A4%A', '/v1/credits%', '/api/v1/%c3%28', '/v2/%'])(
    'answer %s, which cannot be decoded, in the vendor’s words',
    async (path) => {
      const reply = await app.get(path);
      expect(reply.status).toBe(400);
      expect(reply.body).toMatch(/Bad URL|URL incorrecte/);
    },
  );

  it('take any text for a key that they do not know, and never repeat it', async () => {
    const odd = [
      '%00',
      'a%00b',
      'k'.repeat(8000),
      '%2e%2e%2fetc',
      "'%20OR%201=1",
      '%F0%9F%94%91',
      '%25',
      '..%2f',
    ];
    for (const key of odd) {
      const reply = await app.get(`/v1/me/${key}`);
      expect([key.slice(0, 20), reply.status]).toEqual([key.slice(0, 20), 401]);
      expect(reply.body).toBe('{"success":false,"code":10,"message":"Clé API incorrecte"}');
    }
  });

  it('serve a key that was imported with characters of all kinds', async () => {
    const key = `imported/${'x'.repeat(150)}+&=?`;
    await app.open('importer', key);
    const encoded = encodeURIComponent(key);
    for (const path of [`/v1/me/${encoded}`, `/v1/me?apiKey=${encoded}`, `/v1/me/?apiKey=${encoded}`])
      expect((await app.get(path)).status).toBe(200);
  });

  it('refuse a revoked key at once', async () => {
    await app.change('customer', { kind: 'RevokeKey', keyId: 'key of customer' });
    expect((await app.get('/v1/credits', { 'x-sup-api-key': 'the-key' })).status).toBe(401);
  });
});

describe('an index of keys that lags behind', () => {
  it('lets no revoked key in', async () => {
    const behind = await openVendorApp({ breakLedger: { keyOwner: async () => 'customer' } });
    await behind.open('customer', 'the-key');
    await behind.change('customer', { kind: 'RevokeKey', keyId: 'key of customer' });
    expect((await behind.get('/v1/credits', { 'x-sup-api-key': 'the-key' })).status).toBe(401);
    await behind.close();
  });
});

describe('a dialect that is switched off', () => {
  it('answers with its own 404, and leaves the others alone', async () => {
    const { dialects } = defaultServerSettings;
    const settings = { dialects: { ...dialects, voicepartner: { enabled: false, limit: null } } };
    const without = await openVendorApp({ settings });
    await without.open('customer', 'the-key');
    for (const method of ['GET', 'POST'])
      expect((await without.send(method, '/v1/me/the-key')).body).toBe(
        '{"success":false,"code":404,"message":"Ressource introuvable"}',
      );
    expect((await without.get('/v1/credits', { 'x-sup-api-key': 'the-key' })).status).toBe(200);
    await without.close();
  });
});

describe('a store that fails', () => {
  it.each([
    ['/v1/me/the-key', {}, 'Erreur interne'],
    ['/v1/credits', { 'x-sup-api-key': 'the-key' }, 'Failed with credit system.'],
    ['/api/v1/credits', { authorization: 'Bearer the-key' }, 'internal_error'],
    ['/v2/credits/balance', { 'x-api-token': 'the-key' }, 'Internal Server Error'],
  ])('is the vendor’s 500 on %s', async (path, headers: Record<string, string>, text) => {
    const broken = await openVendorApp({ breakLedger: { keyOwner: unreadable } });
    const reply = await broken.get(path, headers);
    expect(reply.status).toBe(500);
    expect(reply.body).toContain(text);
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    await broken.close();
  });

  it('hides the text of any other error', async () => {
    const breakLedger = {
      account: () => Promise.reject(new Error('a text with the-key in it')),
    };
    const broken = await openVendorApp({ breakLedger });
    await broken.open('customer', 'the-key');
    const reply = await broken.get('/v1/me/the-key?_format=xml', { 'accept-language': 'en' });
    expect(reply.status).toBe(500);
    expect(reply.body).toBe(
      "<?xml version='1.0' encoding='UTF-8'?><result><entry>false</entry><entry>500</entry><entry><![CDATA[Internal error]]></entry></result>",
    );
    await broken.close();
  });
});

function swap(headers: Readonly<Record<string, string>>, key: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace('the-key', key)]),
  );
}

function unreadable(): never {
  throw new Fault('gone', { code: 'store-unreadable', retryable: true, outcome: 'not-applied' });
}
