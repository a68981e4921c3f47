import type { Command } from '../core/command.ts';
import { MICROS_PER_CREDIT } from '../core/credits.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { digestApiKey, formatApiKey } from '../server/api-key.ts';
import { makeChange } from './prepare-ledger.ts';

const DEMO_ACCOUNT = 'demo';

/** What the demo account is given: enough to see a balance in every dialect. */
const GRANTS = [
  { id: 'demo-standard', pool: 'standard', credits: 1400n, every: null },
  { id: 'demo-standard-monthly', pool: 'standard', credits: 100n, every: 'month' },
  { id: 'demo-email', pool: 'email', credits: 100n, every: null },
  { id: 'demo-email-monthly', pool: 'email', credits: 100n, every: 'month' },
  { id: 'demo-phone', pool: 'phone', credits: 100n, every: null },
  { id: 'demo-phone-monthly', pool: 'phone', credits: 100n, every: 'month' },
  { id: 'demo-eur', pool: 'eur', credits: 19n, every: null },
] as const;

/** Makes a demo account in a ledger that has no account yet, and returns its key; null when there are accounts. */
export async function createDemo(
  ledger: Ledger,
  { secret, newSecret }: { secret: string; newSecret: () => string },
): Promise<string | null> {
  const accounts = await ledger.accountIds({ after: null, limit: 1 });
  if (accounts.length > 0) return null;
  const open: Command = {
    kind: 'OpenAccount',
    timezone: 'UTC',
    overdraft: [],
    setsName: true,
    setsMetadata: false,
  };
  await makeChange(ledger, { accountId: DEMO_ACCOUNT, id: 'demo-open', command: open, name: 'Demo' });
  const key = formatApiKey('account', newSecret());
  const addKey: Command = {
    kind: 'AddKey',
    keyId: ledger.newId(),
    digest: digestApiKey(key, secret),
    role: null,
  };
  await Promise.all([
    makeChange(ledger, { accountId: DEMO_ACCOUNT, id: 'demo-key', command: addKey, name: 'demo' }),
    ...GRANTS.map(({ id, pool, credits, every }) =>
      makeChange(ledger, {
        accountId: DEMO_ACCOUNT,
        id,
        command: {
          kind: 'GrantCredits',
          pool,
          amountMicros: credits * MICROS_PER_CREDIT,
          lotKind: every === null ? 'one-time' : 'recurring',
          every,
          rollover: 'none',
          startsAtMs: null,
          expiresAtMs: null,
          priority: 0,
          price: null,
          source: 'promotion',
        },
      }),
    ),
  ]);
  return key;
}
