import type { Env } from './env.ts';
import { SettingError } from './setting-error.ts';

/** The server that the command line asks, and the key that it sends. */
export interface ApiAccess {
  /** Without a slash at its end. */
  readonly url: string;
  /** Null: none is set. */
  readonly key: string | null;
}

const DEFAULT_URL = 'http://127.0.0.1:8787';

/** Throws `SettingError`, whose message never shows what the variable holds: a key or a password may stand there. */
export function shapeApiAccess({ url = DEFAULT_URL, key }: Pick<Env, 'url' | 'key'>): ApiAccess {
  const parsed = URL.parse(url);
  if (parsed === null || !['http:', 'https:'].includes(parsed.protocol))
    throw new SettingError(
      'url-invalid',
      `SCRIP_URL is not the address of a server: it is written like ${DEFAULT_URL}, or left unset`,
    );
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '')
    throw new SettingError(
      'url-invalid',
      'SCRIP_URL must be an address alone, without a user, a query or a fragment: the key stands in SCRIP_KEY',
    );
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key))
    throw new SettingError(
      'key-invalid',
      'SCRIP_KEY holds a space or another character that no key has: set it again',
    );
  return { url: `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`, key: key ?? null };
}
