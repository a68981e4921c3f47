import { describe, expect, it } from 'vitest';
import { shapeConfig } from './config.ts';
import type { ConfigFile } from './config-file.ts';
import { readEnv } from './env.ts';
import { defaultServerSettings } from './settings.ts';

const NO_ENV = readEnv({});
const shape = (file: ConfigFile, env = NO_ENV) => shapeConfig({}, env, file);

describe('a configuration', () => {
  it('of nothing is the documented defaults', () => {
    expect(shape({})).toMatchObject({
      host: '127.0.0.1',
      port: 8787,
      operatorKey: null,
      secret: null,
      logLevel: 'info',
      idempotencyMs: 24 * 3_600_000,
      server: defaultServerSettings,
    });
    expect(shape({}).dataDirectory).toMatch(/\/data$/);
  });

  it('has every setting of the file', () => {
    const own = { count: 7, windowSeconds: 10 };
    const { idempotencyMs, server } = shape({
      idempotencyHours: 48,
      dialects: { supertone: { enabled: false }, voxpria: { limit: null }, ocean: { limit: own } },
      accountLimits: { acme: { voicepartner: own, ocean: null, oceanDailyLimit: 5000 } },
      oceanDailyLimit: 20,
      creditPrice: '0.25',
      trialGrant: { pool: 'email', amount: '12', expiresAfterDays: 30 },
    });
    const { dialects } = defaultServerSettings;
    expect(idempotencyMs).toBe(48 * 3_600_000);
    expect(server).toEqual({
      dialects: {
        voicepartner: dialects.voicepartner,
        supertone: { enabled: false, limit: null },
        voxpria: { enabled: true, limit: null },
        ocean: { enabled: true, limit: own },
      },
      accountLimits: { acme: { voicepartner: own, ocean: null, oceanDailyLimit: 5000 } },
      oceanDailyLimit: 20,
      creditPriceMicros: 250_000n,
      trialGrant: { pool: 'email', amountMicros: 12_000_000n, expiresAfterDays: 30 },
    });
  });

  it('has a trial grant that does not expire where nothing is said of it', () => {
    const { server } = shape({ trialGrant: { pool: 'standard', amount: '5' } });
    expect(server.trialGrant).toEqual({ pool: 'standard', amountMicros: 5_000_000n, expiresAfterDays: null });
  });

  it('takes the command line before the environment, and that before the file', () => {
    const file = { host: '::1', port: 1, data: '/of-the-file', logLevel: 'error' };
    const env = readEnv({ SCRIP_HOST: '127.0.0.2', SCRIP_PORT: '2', SCRIP_LOG_LEVEL: 'debug' });
    const of = ({ host, port, dataDirectory, logLevel }: ReturnType<typeof shapeConfig>) => [
      host,
      port,
      dataDirectory,
      logLevel,
    ];
    expect(of(shape(file))).toEqual(['::1', 1, '/of-the-file', 'error']);
    expect(of(shape(file, env))).toEqual(['127.0.0.2', 2, '/of-the-file', 'debug']);
    expect(of(shapeConfig({ host: '127.0.0.3', port: '3', data: '/of-the-flag' }, env, file))).toEqual([
      '127.0.0.3',
      3,
      '/of-the-flag',
      'debug',
    ]);
  });
});
