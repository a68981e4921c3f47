import type { Service } from './balance.ts';
import { ConfigurationError } from './client-error.ts';
import { readVariable } from './environment.ts';
import { type Fetch, parseUrl } from './exchange.ts';
import { type Runtime, systemRuntime } from './runtime.ts';

/** What every client can be told. */
export interface ClientOptions {
  /** For one whole try, the reply's last byte included; 10,000 if not given. */
  readonly timeoutMs?: number | undefined;
  /** How often a call is sent again where that is safe; 2 if not given. */
  readonly maxRetries?: number | undefined;
  /** What is called instead of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Clock, randomness, pauses and ids, for tests. */
  readonly runtime?: Partial<Runtime> | undefined;
}

/** What one call can be told. */
export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface Settings {
  readonly service: Service;
  readonly label: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly key: string;
  readonly timeoutMs: number;
  readonly maxRetries: number;
  readonly fetch: Fetch;
  readonly runtime: Runtime;
}

/** Where a service's settings stand, and what holds without them. */
export interface ServiceNames {
  readonly service: Service;
  readonly label: string;
  readonly keyVariable: string;
  readonly urlVariable: string;
  readonly defaultUrl: string;
}

const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;
const MOST_RETRIES = 10;

/** Options first, then the environment, then the defaults. Throws `ConfigurationError`, which never shows a value. */
export function resolveSettings(
  names: ServiceNames,
  options: ClientOptions & { readonly key?: string | undefined; readonly url?: string | undefined },
): Settings {
  const { service, label, keyVariable, urlVariable, defaultUrl } = names;
  const { timeoutMs = 10_000, maxRetries = 2, fetch, runtime } = options;
  const refuse = (code: string, text: string) => new ConfigurationError(text, { code, service });
  const key = options.key ?? readVariable(keyVariable);
  if (key === undefined || key === '')
    throw refuse('key-missing', `No key for ${label}: give one, or set ${keyVariable}.`);
  if (!/^[\x21-\x7e]+$/.test(key))
    throw refuse('key-invalid', `The key for ${label} holds a space or another character that no key has.`);
  const url = parseUrl(options.url ?? readVariable(urlVariable) ?? defaultUrl);
  if (url === null || !['http:', 'https:'].includes(url.protocol))
    throw refuse('url-invalid', `The address of ${label} is not written like ${defaultUrl}.`);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw refuse('url-invalid', `The address of ${label} must have no user, query or fragment.`);
  if (!isWithin(timeoutMs, 1, LONGEST_TIMEOUT_MS))
    throw refuse('option-invalid', `timeoutMs must be a whole number from 1 to ${LONGEST_TIMEOUT_MS}.`);
  if (!isWithin(maxRetries, 0, MOST_RETRIES))
    throw refuse('option-invalid', `maxRetries must be a whole number from 0 to ${MOST_RETRIES}.`);
  return {
    service,
    label,
    baseUrl: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    key,
    timeoutMs,
    maxRetries,
    // Called as a function of its own: a browser's fetch refuses any other `this`.
    fetch: fetch ?? (async (target, init) => globalThis.fetch(target, init)),
    runtime: { ...systemRuntime, ...runtime },
  };
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
