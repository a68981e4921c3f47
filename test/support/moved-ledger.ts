import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openSqliteStore } from '../../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { openAccount } from './commands.ts';
import { debit, grant, hold, openSampleLedger, refund, START_MS } from './sample-ledger.ts';
import type { ScripProcess } from './scrip-process.ts';
import { startScrip } from './scrip-process.ts';

/** Fills a data directory with accounts that have names and metadata, grants, debits, refunds and holds. */
export async function fillDirectory(
  directory: string,
  { accounts, rounds }: { readonly accounts: number; readonly rounds: number },
): Promise<void> {
  const store = await openSqliteStore({ directory, idsKeptMs: 86_400_000, now: () => START_MS });
  const { ledger, change, pass } = await openSampleLedger(store);
  const ids = Array.from({ length: accounts }, (_, at) => `account-${at}`);
  for (const id of ids) {
    const command = openAccount({ setsName: true, setsMetadata: true });
    const named = { name: `Näme of ${id} "€" \\`, metadata: { crm: id, ',"body":': [1, null] } };
    await ledger.change({ accountId: id, id: 'open', command, actor: null, ...named });
    await change(id, 'grant', grant(1_000_000n));
  }
  for (let round = 0; round < rounds; round += 1) {
    pass(60_000);
    await Promise.all(ids.map((id) => change(id, `debit-${round}`, debit(3n))));
    if (round % 5 === 0) await Promise.all(ids.map((id) => change(id, `hold-${round}`, hold(2n))));
    if (round % 7 === 0)
      await Promise.all(ids.map((id) => change(id, `refund-${round}`, refund(`debit-${round}`))));
  }
  await ledger.close();
}

/** Erases the personal data of an account in a directory that nobody serves. */
export async function eraseIn(directory: string, accountId: string): Promise<void> {
  const store = await openSqliteStore({ directory, idsKeptMs: 86_400_000, now: () => START_MS });
  const { ledger } = await openSampleLedger(store);
  await ledger.erase({ accountId, id: 'erase', command: { kind: 'ErasePersonalData' }, actor: null });
  await ledger.close();
}

/** What stands in a directory: each file's name, and a digest of its bytes. The lock's own files do not count. */
export function contentsOf(directory: string): Record<string, string> {
  const names = readdirSync(directory).filter((name) => !['lock.db', 'scrip.pid'].includes(name));
  const digest = (name: string) => createHash('sha256').update(readFileSync(join(directory, name)));
  return Object.fromEntries(names.toSorted().map((name) => [name, digest(name).digest('hex')]));
}

/** A change that was acknowledged, to be sent again elsewhere. */
interface Sent {
  readonly path: string;
  readonly id: string;
  readonly body: object;
  readonly reply: string;
}

export interface ServedLedger {
  readonly sent: readonly Sent[];
  /** What customers and operators read: the same text of every ledger with the same entries. */
  readonly readings: (scrip: ScripProcess) => Promise<string[]>;
  /** The secret of a customer's key. */
  readonly key: string;
}

/** Makes changes of every kind through a server's API, and keeps what it answered. */
export async function useServer(scrip: ScripProcess): Promise<ServedLedger> {
  const sent: Sent[] = [];
  const send = async (path: string, id: string, body: object) => {
    const { status, text } = await scrip.call('POST', path, body, { 'idempotency-key': id });
    if (status > 201) throw new Error(`${path} ${id}: ${status} ${text}`);
    sent.push({ path, id, body, reply: text });
  };
  for (const account of ['acme', 'globex']) {
    const own = `/accounts/${account}`;
    await send('/accounts', 'open', { id: account, name: account.toUpperCase(), metadata: { crm: 7 } });
    await send(`${own}/grants`, 'pack', { pool: 'standard', amount: '1000.5', kind: 'one-time' });
    const monthly = {
      pool: 'email',
      amount: '100',
      kind: 'recurring',
      every: 'month',
      rollover: { max: '50' },
    };
    await send(`${own}/grants`, 'plan', monthly);
    await send(`${own}/debits`, 'call', { action: 'voice_call', quantity: 61, metadata: { job: 'a' } });
    await send(`${own}/debits/call/refund`, 'back', { amount: '2' });
    await send(`${own}/holds`, 'hold', { pool: 'standard', amount: '10', ttlSeconds: 86_400 });
    await send(`${own}/holds/hold/capture`, 'capture', { amount: '4' });
  }
  const added = await scrip.call('POST', '/accounts/acme/keys', { name: 'reader' });
  const key = String(added.json['secret']);
  const readings = async (asked: ScripProcess) => {
    const texts: string[] = [];
    for (const account of ['acme', 'globex'])
      for (const path of [
        '',
        '/balance',
        '/entries',
        '/usage',
        '/grants',
        '/holds',
        '/debits/call',
        '/keys',
      ]) {
        const { status, text } = await asked.call('GET', `/accounts/${account}${path}`);
        texts.push(`${path} ${status} ${text.replace(/"asOf":"[^"]*"/, '')}`);
      }
    return texts;
  };
  return { sent, key, readings };
}

/** Asks again where a busy server turns a request away unseen. */
export function patiently(call: ScripProcess['call']): ScripProcess['call'] {
  return async (...asked) => {
    for (;;) {
      const reply = await call(...asked);
      if (reply.status !== 503 || reply.json['outcome'] !== 'not-applied') return reply;
      await pause(100);
    }
  };
}

/** A server on the directory, for as long as something is done with it. */
export async function withServer<T>(data: string, use: (scrip: ScripProcess) => Promise<T>): Promise<T> {
  const scrip = await startScrip({ data });
  try {
    return await use({ ...scrip, call: patiently(scrip.call) });
  } finally {
    await scrip.stop();
  }
}

export interface Load {
  /** The ids of the debits that were acknowledged so far. */
  readonly acknowledged: readonly string[];
  readonly stop: () => Promise<void>;
}

/** Debits a server from several callers until it is stopped; there are some when this returns. */
export async function startLoad(scrip: ScripProcess): Promise<Load> {
  await scrip.call('POST', '/accounts', { id: 'busy' });
  const grant = { pool: 'standard', amount: '1000000', kind: 'one-time' };
  await scrip.call('POST', '/accounts/busy/grants', grant);
  const acknowledged: string[] = [];
  const load = { isOver: false };
  let warm = () => {};
  const isWarm = new Promise<void>((resolve) => {
    warm = resolve;
  });
  const callers = Array.from({ length: 4 }, async (_, caller) => {
    for (let at = 0; !load.isOver; at += 1) {
      const id = `debit-${caller}-${at}`;
      const body = { pool: 'standard', amount: '1' };
      const reply = await scrip.call('POST', '/accounts/busy/debits', body, { 'idempotency-key': id });
      if (reply.status === 201) acknowledged.push(id);
      if (acknowledged.length > 30) warm();
    }
  });
  await Promise.race([isWarm, Promise.all(callers)]);
  return {
    acknowledged,
    stop: async () => {
      load.isOver = true;
      await Promise.all(callers);
    },
  };
}
