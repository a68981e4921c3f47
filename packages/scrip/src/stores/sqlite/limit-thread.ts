import { workerData } from 'node:worker_threads';
import type { Lease } from '../../ledger/lease.ts';
import { endsAtMs, grantLease } from '../../ledger/lease.ts';
import type { LeaseReply, LeaseRequest } from '../../ledger/limit-store.ts';
import { openJournal } from './open-files.ts';
import { serveThread } from './thread.ts';

/** Rows looked at for each lease, in key order, whether they have ended: the file stays as small as what it has to hold. */
const SWEEP_PER_LEASE = 2;

const database = openJournal((workerData as { file: string }).file);
const find = database.prepare('SELECT leases FROM lease WHERE key = ?');
const upsert = database.prepare(
  'INSERT INTO lease (key, leases, ends_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET leases = excluded.leases, ends_at = excluded.ends_at',
);
const nextRows = database.prepare('SELECT key, ends_at FROM lease WHERE key > ? ORDER BY key LIMIT ?');
const remove = database.prepare('DELETE FROM lease WHERE key = ?');
let sweptUpTo = '';

/** Leases for a batch of requests in one transaction, and returns when it is on the disk. */
serveThread((requests: readonly LeaseRequest[] | 'close') => {
  if (requests === 'close') {
    database.close();
    return;
  }
  try {
    database.exec('BEGIN IMMEDIATE');
    const replies = requests.map(grant);
    database.exec('COMMIT');
    return replies;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
});

function grant(request: LeaseRequest): LeaseReply {
  const { key, rule, nowMs } = request;
  const row = find.get(key) as { leases: string } | undefined;
  const { leases, reply } = grantLease(row === undefined ? [] : decode(row.leases), request);
  if (leases === null) return reply;
  upsert.run(key, encode(leases), endsAtMs(leases, rule));
  sweep(nowMs);
  return reply;
}

function sweep(nowMs: number): void {
  const rows = nextRows.all(sweptUpTo, SWEEP_PER_LEASE) as { key: string; ends_at: number }[];
  for (const { key, ends_at } of rows) if (ends_at <= nowMs) remove.run(key);
  sweptUpTo = rows.length < SWEEP_PER_LEASE ? '' : (rows.at(-1)?.key ?? '');
}

function encode(leases: readonly Lease[]): string {
  return JSON.stringify(leases.map(({ id, count, untilMs }) => [id, count, untilMs]));
}

function decode(text: string): Lease[] {
  return (JSON.parse(text) as [number, number, number][]).map(([id, count, untilMs]) => ({
    id,
    count,
    untilMs,
  }));
}
