import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { OPERATOR_STREAM, RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import { DEFAULT_ACTIONS, DEFAULT_POOLS } from '../../packages/scrip/src/config/default-catalog.ts';
import { CHAIN_START, chainHash } from '../../packages/scrip/src/ledger/digest.ts';
import { openSqliteStore } from '../../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import {
  captureHold,
  debitCredits,
  grantCredits,
  grantRecurring,
  openAccount,
  placeHold,
  quantityOf,
  refundDebit,
  releaseHold,
  setOverdraft,
  voidGrant,
} from './commands.ts';
import { priceOfOne } from './account-scenario.ts';
import type { JournalRow } from './journal-entries.ts';
import { replaceEntries, withEntries } from './journal-entries.ts';
import type { SampleLedger } from './sample-ledger.ts';
import { openSampleLedger } from './sample-ledger.ts';

const HOUR_MS = 3_600_000;
const ACCOUNTS = ['acme', 'beta', 'gamma.2'];

/** So small that there are several segments, each of several pages. */
const SIZES = {
  snapshotEvery: 8,
  maxLagEntries: 1,
  batchEntries: 16,
  mergeRatio: 4,
  finishedEntries: 128,
  pageBytes: 240,
};

/** Writes, with the real store, a ledger that has entries of every kind, several segments and many snapshots. */
export async function writeLedger(directory: string, rounds = 12): Promise<void> {
  const store = await openSqliteStore({
    directory,
    idsKeptMs: 24 * HOUR_MS,
    now: Date.now,
    sizes: SIZES,
  });
  const sample = await openSampleLedger(store);
  const { ledger, change } = sample;
  await change(OPERATOR_STREAM, 'open', openAccount());
  await change(OPERATOR_STREAM, 'key', addKey('first', 'admin'));
  for (const id of ACCOUNTS) {
    const personal = { name: `The ${id}`, metadata: { plan: 'gold' } };
    const command = openAccount({ setsName: true, setsMetadata: true });
    await ledger.change({ accountId: id, id: 'open', command, actor: 'first', ...personal });
    await change(id, 'key', addKey(`of-${id}`, null));
    await change(id, 'other key', addKey(`other-of-${id}`, null));
    await change(id, 'no other key', { kind: 'RevokeKey', keyId: `other-of-${id}` });
    await change(id, 'overdraft', setOverdraft(5n));
    await change(id, 'plan', grantRecurring(40n, { every: 'day', rollover: { maxMicros: 3_000_000n } }));
  }
  for (let round = 0; round < rounds; round += 1) await liveRound(sample, round);
  await change('gamma.2', 'close', { kind: 'CloseAccount' });
  await ledger.close();
  // Whatever was still under way is caught up at the next start.
  await (
    await openSqliteStore({
      directory,
      idsKeptMs: 24 * HOUR_MS,
      now: Date.now,
      sizes: { ...SIZES, maxLagEntries: 0 },
    })
  ).close();
}

function addKey(keyId: string, role: 'admin' | null) {
  return { kind: 'AddKey', keyId, digest: `digest-of-${keyId}`, role } as const;
}

async function liveRound({ change, pass }: SampleLedger, round: number): Promise<void> {
  if (round === 5)
    await change(RATE_CARD_STREAM, 'dearer', {
      kind: 'PublishRateCard',
      pools: DEFAULT_POOLS,
      actions: { ...DEFAULT_ACTIONS, sms: priceOfOne('standard', 2_000_000n) },
    });
  // Beside one another, so that they share commits, and their entries lie between each other's.
  await Promise.all(ACCOUNTS.map((id) => liveOn(id, change, round)));
  pass(21 * HOUR_MS);
}

async function liveOn(id: string, change: SampleLedger['change'], round: number): Promise<void> {
  const made = (name: string, command: Command) => change(id, `${name}-${round}`, command);
  await made('pack', grantCredits(9n, { expiresAtMs: null, priority: 3 }));
  await made('trial', grantCredits(6n, { pool: 'email', source: 'trial' }));
  await made('sms', debitCredits(quantityOf('sms', 2n)));
  await made('call', debitCredits(quantityOf('voice_call', 61n)));
  await made('large', debitCredits(20n));
  await made('checks', placeHold(quantityOf('email_verification', 2n)));
  await made('left', placeHold(1n));
  await made('job', placeHold(4n));
  await made('captured', captureHold(`job-${round}`, 3n));
  await made('released', releaseHold(`checks-${round}`));
  await made('part', refundDebit(`large-${round}`, 5n));
  await made('rest', refundDebit(`large-${round}`));
  if (round % 3 === 0) await made('void', voidGrant(`pack-${round}`));
}

/** Changes one of the two files by hand. */
export function tamper(
  directory: string,
  file: 'journal' | 'derived',
  work: (database: DatabaseSync) => void,
): void {
  const database = new DatabaseSync(join(directory, `${file}.db`));
  try {
    work(database);
  } finally {
    database.close();
  }
}

export function readJournal(directory: string): JournalRow[] {
  let rows: JournalRow[] = [];
  tamper(directory, 'journal', (database) => {
    rows = withEntries(database, () =>
      database.prepare('SELECT * FROM entry ORDER BY position').all(),
    ) as unknown as JournalRow[];
  });
  return rows;
}

/** Puts other entries in the place of all that there are. */
export function writeJournal(directory: string, rows: readonly JournalRow[]): void {
  tamper(directory, 'journal', (database) => replaceEntries(database, rows));
}

/** Mends every chain after a forgery: numbers the entries anew, and makes their hashes fit. */
export function chainAnew(rows: readonly JournalRow[]): JournalRow[] {
  const ends = new Map<string, { version: number; hash: string }>();
  return rows.map((row, index) => {
    const before = ends.get(row.account_id) ?? { version: 0, hash: CHAIN_START };
    const version = before.version + 1;
    const hash = chainHash(before.hash, { accountId: row.account_id, version, body: row.body });
    ends.set(row.account_id, { version, hash });
    return { ...row, position: index + 1, version, hash: Buffer.from(hash, 'hex') };
  });
}
