import { OPERATOR_STREAM, RATE_CARD_STREAM } from '../core/account.ts';
import type { Command } from '../core/command.ts';
import { DEFAULT_ACTIONS, DEFAULT_POOLS } from '../config/default-catalog.ts';
import { SettingError } from '../config/setting-error.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { digestApiKey, formatApiKey } from '../server/api-key.ts';

/** A change that the program itself makes. Throws when it is refused: that would be a bug. */
export async function makeChange(
  ledger: Ledger,
  { accountId, id, command, name }: { accountId: string; id: string; command: Command; name?: string },
): Promise<void> {
  const outcome = await ledger.change({
    accountId,
    id,
    command,
    actor: null,
    ...(name === undefined ? {} : { name }),
  });
  if (!outcome.ok)
    throw new Error(`${command.kind} ${id} of ${accountId} was refused: ${outcome.rejection.code}`);
}

const OPEN_STREAM: Command = {
  kind: 'OpenAccount',
  timezone: 'UTC',
  overdraft: [],
  setsName: false,
  setsMetadata: false,
};

/** Gives an empty ledger its rate card. */
export async function prepareRateCard(ledger: Ledger): Promise<void> {
  if ((await ledger.rateCards()).length > 0) return;
  await makeChange(ledger, { accountId: RATE_CARD_STREAM, id: 'open', command: OPEN_STREAM });
  const command: Command = { kind: 'PublishRateCard', pools: DEFAULT_POOLS, actions: DEFAULT_ACTIONS };
  await makeChange(ledger, { accountId: RATE_CARD_STREAM, id: 'default', command });
}

/**
 * Gives an empty ledger its rate card and its first admin key, and makes sure that a key named by the operator opens
 * it. Each step is a change with an id of its own, so that a start that was cut short is completed by the next.
 * A key that was revoked stays so. Returns the admin key if it has just been made up: it is shown once. Throws
 * `SettingError` where an account has the operator's key.
 */
export async function prepareLedger(
  ledger: Ledger,
  {
    operatorKey,
    secret,
    newSecret,
    onRevoked = () => {},
  }: {
    operatorKey: string | null;
    secret: string;
    newSecret: () => string;
    onRevoked?: () => void;
  },
): Promise<string | null> {
  await prepareRateCard(ledger);
  if ((await ledger.account(OPERATOR_STREAM)) === null)
    await makeChange(ledger, { accountId: OPERATOR_STREAM, id: 'open', command: OPEN_STREAM });
  const keys = (await ledger.account(OPERATOR_STREAM))?.keys ?? [];
  if (operatorKey === null && keys.length > 0) return null;
  const key = operatorKey ?? formatApiKey('operator', newSecret());
  const digest = digestApiKey(key, secret);
  if (keys.some((known) => known.digest === digest)) return null;
  if (operatorKey !== null && (await wasRevoked(ledger, digest))) {
    onRevoked();
    return null;
  }
  if (operatorKey !== null && (await ledger.keyOwner(digest)) !== null)
    throw new SettingError('operator-key-taken', 'SCRIP_OPERATOR_KEY is a key of an account already.');
  const name = operatorKey === null ? 'first key' : 'SCRIP_OPERATOR_KEY';
  const keyId = ledger.newId();
  await makeChange(ledger, {
    accountId: OPERATOR_STREAM,
    id: `key-${keyId}`,
    command: { kind: 'AddKey', keyId, digest, role: 'admin' },
    name,
  });
  return operatorKey === null ? key : null;
}

const PAGE_ENTRIES = 1000;

async function wasRevoked(ledger: Ledger, digest: string): Promise<boolean> {
  for (let afterVersion = 0; ;) {
    const page = await ledger.entries({ accountId: OPERATOR_STREAM, afterVersion, limit: PAGE_ENTRIES });
    if (page.some(({ entry }) => entry.kind === 'KeyRevoked' && entry.digest === digest)) return true;
    const last = page.at(-1);
    if (last === undefined) return false;
    afterVersion = last.entry.version;
  }
}
