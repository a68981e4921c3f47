import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { OPERATOR_KEY, startScrip } from './support/scrip-process.ts';

const IMPORTED = 'canary-key-of-a-customer-77';

it('no key that was made, imported, used or refused is in the data directory or in the log', async () => {
  const data = mkdtempSync(join(tmpdir(), 'scrip-secrets-'));
  const scrip = await startScrip({ data, env: { SCRIP_LOG_LEVEL: 'debug' } });
  try {
    await scrip.call('POST', '/accounts', { id: 'acme' });
    const made = await scrip.call('POST', '/accounts/acme/keys', { name: 'made' });
    await scrip.call('POST', '/accounts/acme/keys', { name: 'imported', secret: IMPORTED });
    const operator = await scrip.call('POST', '/operator-keys', { role: 'spend' });
    const refused = 'canary-key-of-nobody-78';
    const keys = [
      OPERATOR_KEY,
      IMPORTED,
      refused,
      String(made.json['secret']),
      String(operator.json['secret']),
    ];
    for (const key of keys) {
      const asked: [string, Record<string, string>][] = [
        [`/v1/me/${key}`, {}],
        [`/v1/me?apiKey=${key}`, {}],
        ['/v1/credits', { 'x-sup-api-key': key }],
        ['/api/v1/credits/usage', { authorization: `Bearer ${key}` }],
        [`/v2/credits/balance?apiToken=${key}`, {}],
        ['/scrip/v1/accounts/acme/balance', { authorization: `Bearer ${key}` }],
        [`/nowhere/${key}`, {}],
      ];
      for (const [path, headers] of asked) await fetch(scrip.url + path, { headers });
    }
    const imported = await fetch(`${scrip.url}/v1/credits`, { headers: { 'x-sup-api-key': IMPORTED } });
    expect(imported.status).toBe(200);
    const metrics = await (await fetch(`${scrip.url}/metrics`)).text();
    await scrip.stop();
    const files = readdirSync(data).map((name) => readFileSync(join(data, name), 'latin1'));
    expect(files.length).toBeGreaterThan(3);
    expect(scrip.output().split('\n').length).toBeGreaterThan(30);
    for (const key of keys)
      for (const text of [...files, scrip.output(), metrics]) expect(text.includes(key)).toBe(false);
  } finally {
    await scrip.kill();
    rmSync(data, { recursive: true, force: true });
  }
});
