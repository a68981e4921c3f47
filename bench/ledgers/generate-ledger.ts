import { randomBytes, randomUUID } from 'node:crypto';
import { prepareLedger } from '../../packages/scrip/src/cli/prepare-ledger.ts';
import { MICROS_PER_CREDIT } from '../../packages/scrip/src/core/credits.ts';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import type { Ledger } from '../../packages/scrip/src/ledger/ledger.ts';
import { createLedger } from '../../packages/scrip/src/ledger/ledger.ts';
import { digestApiKey } from '../../packages/scrip/src/server/api-key.ts';
import { openSqliteStore } from '../../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { debitCredits, grantCredits, openAccount, quantityOf } from '../../test/support/commands.ts';
import { accountIdOf, accountKeyOf, grantedCreditsOf, OPERATOR_KEY, SECRET } from './made-up.ts';

/** What a ledger for a measurement holds. */
export interface LedgerShape {
  readonly accounts: number;
  readonly lotsPerAccount: number;
  /** Each account has a key of its own. */
  readonly withKeys: boolean;
  /** Debits of one message each, on accounts chosen at random, under random ids. */
  readonly debits: number;
}

/** Changes that wait at once: enough that every transaction is full. */
const WAITING = 4000;

const DEBIT = debitCredits(quantityOf('sms', 1n));

/**
 * Fills a directory with a ledger, through the ledger's own code: what is measured on it is what a server would have
 * written. `onChange` hears of each change that is durable. The directory must hold no ledger yet.
 */
export async function generateLedger(
  directory: string,
  shape: LedgerShape,
  onChange: () => void = () => {},
): Promise<void> {
  const store = await openSqliteStore({ directory, idsKeptMs: 86_400_000, now: Date.now });
  const ledger = createLedger({
    store,
    clock: { now: Date.now },
    ids: { next: () => randomUUID(), salt: () => randomBytes(16).toString('hex') },
  });
  try {
    await prepareLedger(ledger, {
      operatorKey: OPERATOR_KEY,
      secret: SECRET,
      newSecret: () => randomBytes(32).toString('hex'),
    });
    await makeAll(ledger, changesOf(shape), onChange);
    await whenDerived(ledger);
  } finally {
    await ledger.close();
  }
}

/** The number of changes that `generateLedger` makes of a shape. */
export function changesIn({ accounts, lotsPerAccount, withKeys, debits }: LedgerShape): number {
  return accounts * (1 + lotsPerAccount + (withKeys ? 1 : 0)) + debits;
}

interface Change {
  readonly accountId: string;
  readonly id: string;
  readonly command: Command;
}

function* changesOf({ accounts, lotsPerAccount, withKeys, debits }: LedgerShape): Generator<Change> {
  for (let index = 0; index < accounts; index += 1) {
    const accountId = accountIdOf(index);
    const amountMicros = BigInt(grantedCreditsOf(index)) * MICROS_PER_CREDIT;
    yield { accountId, id: 'open', command: openAccount() };
    if (withKeys) yield { accountId, id: 'key', command: addKey(index) };
    for (let lot = 0; lot < lotsPerAccount; lot += 1)
      yield {
        accountId,
        id: `grant-${lot}`,
        command: grantCredits(0n, { amountMicros: amountMicros / BigInt(lotsPerAccount) }),
      };
  }
  for (let made = 0; made < debits; made += 1)
    yield {
      accountId: accountIdOf(Math.floor(Math.random() * accounts)),
      id: randomUUID(),
      command: DEBIT,
    };
}

async function makeAll(ledger: Ledger, changes: Generator<Change>, onChange: () => void): Promise<void> {
  const work = async () => {
    for (const { accountId, id, command } of changes) {
      const outcome = await ledger.change({ accountId, id, command, actor: null });
      if (!outcome.ok)
        throw new Error(`${command.kind} of ${accountId} was refused: ${outcome.rejection.code}`);
      onChange();
    }
  };
  await Promise.all(Array.from({ length: WAITING }, work));
}

/** Resolves when the derived indexes hold every entry, so that no measurement starts with work left over. */
async function whenDerived(ledger: Ledger): Promise<void> {
  while (ledger.health().lagEntries > 0) {
    const { reason } = ledger.health();
    if (reason !== null) throw new Error(reason);
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

function addKey(index: number): Command {
  const digest = digestApiKey(accountKeyOf(index), SECRET);
  return { kind: 'AddKey', keyId: 'key', digest, role: null };
}
