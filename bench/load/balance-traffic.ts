import type { DialectName } from '@scrip/dialects';
import { accountIdOf, accountKeyOf } from '../ledgers/made-up.ts';
import type { AccountChoice } from './account-choice.ts';
import type { Traffic } from './traffic.ts';
import { getRequest } from './traffic.ts';

/** One way to read a balance. */
export interface BalanceRoute {
  readonly name: string;
  /** Whose reply it is; null: Scrip's own. */
  readonly dialect: DialectName | null;
  /** As Fastify spells the route. */
  readonly pattern: string;
  readonly path: (account: number) => string;
  /** The header that holds the account's key; null where the path does. */
  readonly keyHeader: string | null;
  readonly keyPrefix?: string;
}

/** Scrip's own API and the four dialects, each with the account's own key, where the vendor's clients put it. */
export const BALANCE_ROUTES: readonly BalanceRoute[] = [
  {
    name: '/scrip/v1',
    dialect: null,
    pattern: '/scrip/v1/accounts/:accountId/balance',
    path: (account) => `/scrip/v1/accounts/${accountIdOf(account)}/balance`,
    keyHeader: 'authorization',
    keyPrefix: 'Bearer ',
  },
  {
    name: 'Voice Partner',
    dialect: 'voicepartner',
    pattern: '/v1/me/:apiKey',
    path: (account) => `/v1/me/${accountKeyOf(account)}`,
    keyHeader: null,
  },
  {
    name: 'Supertone',
    dialect: 'supertone',
    pattern: '/v1/credits',
    path: () => '/v1/credits',
    keyHeader: 'x-sup-api-key',
  },
  {
    name: 'Voxpria',
    dialect: 'voxpria',
    pattern: '/api/v1/credits',
    path: () => '/api/v1/credits',
    keyHeader: 'authorization',
    keyPrefix: 'Bearer ',
  },
  {
    name: 'Ocean.io',
    dialect: 'ocean',
    pattern: '/v2/credits/balance',
    path: () => '/v2/credits/balance',
    keyHeader: 'x-api-token',
  },
];

function keyHeaderOf({ keyHeader, keyPrefix = '' }: BalanceRoute, account: number): Record<string, string> {
  return keyHeader === null ? {} : { [keyHeader]: `${keyPrefix}${accountKeyOf(account)}` };
}

export function balanceTraffic(route: BalanceRoute, choose: AccountChoice): Traffic {
  const { path, keyHeader, keyPrefix = '' } = route;
  return () => {
    const account = choose();
    const header = keyHeader === null ? '' : `${keyHeader}: ${keyPrefix}${accountKeyOf(account)}\r\n`;
    return { bytes: getRequest(path(account), header), units: 1 };
  };
}

export function nameOf({ name }: BalanceRoute): string {
  return name.startsWith('/') ? name : `the dialect of ${name}`;
}

export function askBalance(url: string, route: BalanceRoute, account: number): Promise<Response> {
  return fetch(`${url}${route.path(account)}`, { headers: keyHeaderOf(route, account) });
}
