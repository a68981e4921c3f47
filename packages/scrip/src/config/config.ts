import { resolve } from 'node:path';
import { parseMicros } from '../core/credits.ts';
import type { ConfigFile } from './config-file.ts';
import type { Env } from './env.ts';
import type { DialectSettings, ServerSettings, Vendor } from './settings.ts';
import { defaultServerSettings } from './settings.ts';
import { SettingError } from './setting-error.ts';

const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

/** What `scrip serve` may be told on its command line. */
export interface ServeFlags {
  readonly port?: string | undefined;
  readonly host?: string | undefined;
  readonly data?: string | undefined;
}

export interface Config {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly dataDirectory: string;
  readonly operatorKey: string | null;
  readonly secret: string | null;
  readonly logLevel: LogLevel;
  readonly idempotencyMs: number;
  readonly server: ServerSettings;
}

const HOUR_MS = 3_600_000;

/** Shapes one configuration: the command line before the environment before the file before the defaults. Throws `SettingError`. */
export function shapeConfig(flags: ServeFlags, env: Env, file: ConfigFile): Config {
  if (env.database !== undefined)
    throw new SettingError(
      'database-unsupported',
      'SCRIP_DATABASE is set, and this version of Scrip keeps its ledger in the data directory only: unset it',
    );
  return {
    host: flags.host ?? env.host ?? file.host ?? '127.0.0.1',
    port: shapePort(flags.port ?? env.port ?? file.port ?? 8787),
    dataDirectory: resolve(flags.data ?? file.data ?? 'data'),
    operatorKey: env.operatorKey === undefined ? null : shapeSecret('SCRIP_OPERATOR_KEY', env.operatorKey),
    secret: env.secret === undefined ? null : shapeSecret('SCRIP_SECRET', env.secret),
    logLevel: shapeLogLevel(env.logLevel ?? file.logLevel ?? 'info'),
    idempotencyMs: (file.idempotencyHours ?? 24) * HOUR_MS,
    server: shapeServer(file),
  };
}

function shapePort(port: string | number): number {
  const number = typeof port === 'number' ? port : /^\d{1,5}$/.test(port) ? Number(port) : Number.NaN;
  if (number >= 0 && number <= 65_535) return number;
  throw new SettingError('port-invalid', `the port must be a number from 0 to 65535, not "${port}"`);
}

/** Throws `SettingError`; the secret itself is never shown. */
export function shapeSecret(name: string, value: string): string {
  if (/^[\x21-\x7e]{8,255}$/.test(value)) return value;
  throw new SettingError('secret-invalid', `${name} must be 8 to 255 printable characters without spaces`);
}

function shapeLogLevel(level: string): LogLevel {
  const known = LOG_LEVELS.find((candidate) => candidate === level);
  if (known !== undefined) return known;
  throw new SettingError(
    'log-level-unknown',
    `the log level must be one of ${LOG_LEVELS.join(', ')}, not "${level}"`,
  );
}

function shapeServer(file: ConfigFile): ServerSettings {
  const { dialects, accountLimits, oceanDailyLimit, creditPriceMicros } = defaultServerSettings;
  const dialect = (vendor: Vendor): DialectSettings => ({ ...dialects[vendor], ...file.dialects?.[vendor] });
  return {
    dialects: {
      voicepartner: dialect('voicepartner'),
      supertone: dialect('supertone'),
      voxpria: dialect('voxpria'),
      ocean: dialect('ocean'),
    },
    accountLimits: file.accountLimits ?? accountLimits,
    oceanDailyLimit: file.oceanDailyLimit ?? oceanDailyLimit,
    creditPriceMicros: parseMicros(file.creditPrice ?? '') ?? creditPriceMicros,
    trialGrant:
      file.trialGrant === undefined
        ? null
        : {
            pool: file.trialGrant.pool,
            amountMicros: parseMicros(file.trialGrant.amount) ?? 0n,
            expiresAfterDays: file.trialGrant.expiresAfterDays ?? null,
          },
  };
}
