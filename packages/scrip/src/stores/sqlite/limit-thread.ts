import { workerData } from 'node:worker_threads';
import { leaseBlanket } from '../../ledger/blanket.ts';
import type { KeyFilter } from '../../ledger/key-filter.ts';
import { addKey, newKeyFilter } from '../../ledger/key-filter.ts';
import type { Lease } from '../../ledger/lease.ts';
import { endsAtMs, grantLease } from '../../ledger/lease.ts';
import type {
  BlanketReply,
  BlanketRequest,
  LeaseReply,
  LeaseRequest,
  LimitRule,
  LimitStore,
} from '../../ledger/limit-store.ts';
import { openJournal } from './open-files.ts';
import { serveThread } from './thread.ts';

/** One call of a `LimitStore`, by its kind. */
export type LimitRequest =
  | { readonly lease: LeaseRequest }
  | { readonly blanket: BlanketRequest }
  | { readonly leased: Parameters<LimitStore['leasedKeys']>[0] };

/** What became of one request. */
export type Answered =
  | { readonly reply: LeaseReply | BlanketReply | KeyFilter }
  | { readonly failure: string };

/** After so many leases some rows are looked at, in key order, whether they have ended: the file stays as small as what it has to hold. */
const LEASES_PER_SWEEP = 64;
const ROWS_PER_SWEEP = 2 * LEASES_PER_SWEEP;

const database = openJournal((workerData as { file: string }).file);
const find = database.prepare('SELECT leases FROM lease WHERE key = ?');
const upsert = database.prepare(
  'INSERT INTO lease (key, leases, ends_at) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET leases = excluded.leases, ends_at = excluded.ends_at',
);
// The character after a blank: all that begins with the prefix lies before it.
const leasedBy = database.prepare(
  "SELECT key FROM lease WHERE key > ?1 AND key < rtrim(?1) || '!' AND ends_at > ?2",
);
const nextRows = database.prepare('SELECT key, ends_at FROM lease WHERE key > ? ORDER BY key LIMIT ?');
const remove = database.prepare('DELETE FROM lease WHERE key = ?');
let sweptUpTo = '';
let leasesSinceSweep = 0;
/** When a lease was asked for last. */
let latestMs = 0;

/** Answers a batch of requests in one transaction, and returns when it is on the disk. */
serveThread((requests: readonly LimitRequest[] | 'close') => {
  if (requests === 'close') {
    database.close();
    return;
  }
  const answered = answerTogether(requests);
  if (leasesSinceSweep >= LEASES_PER_SWEEP) sweep();
  return answered;
});

function answerTogether(requests: readonly LimitRequest[]): Answered[] {
  try {
    database.exec('BEGIN IMMEDIATE');
    const answered = requests.map((request) => ({ reply: answer(request) }));
    database.exec('COMMIT');
    return answered;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    // One of them may stand on a damaged page: that fails no other's lease.
    if (requests.length > 1) return requests.flatMap((request) => answerTogether([request]));
    return [{ failure: error instanceof Error ? error.message : String(error) }];
  }
}

function answer(request: LimitRequest): LeaseReply | BlanketReply | KeyFilter {
  if ('lease' in request) return grant(request.lease);
  if ('blanket' in request) return cover(request.blanket);
  return leasedKeys(request.leased);
}

function grant(request: LeaseRequest): LeaseReply {
  const { key, rule, nowMs, blanket } = request;
  const { leases, reply } = grantLease(read(key), request, blanket === null ? [] : read(blanket.name));
  if (leases === null) return reply;
  write(key, leases, rule);
  latestMs = nowMs;
  leasesSinceSweep += 1;
  return reply;
}

function cover(request: BlanketRequest): BlanketReply {
  const { name, rule } = request;
  const { leases, reply } = leaseBlanket(read(name), request);
  write(name, leases, rule);
  return reply;
}

function leasedKeys({ prefix, nowMs }: Parameters<LimitStore['leasedKeys']>[0]): KeyFilter {
  const filter = newKeyFilter();
  for (const { key } of leasedBy.iterate(prefix, nowMs) as Iterable<{ key: string }>)
    addKey(filter, key.slice(prefix.length));
  return filter;
}

function read(key: string): Lease[] {
  const row = find.get(key) as { leases: string } | undefined;
  return row === undefined ? [] : decode(row.leases);
}

function write(key: string, leases: readonly Lease[], rule: LimitRule): void {
  upsert.run(key, encode(leases), endsAtMs(leases, rule));
}

/** In a transaction of its own: a damaged page that only the sweep meets fails nobody's lease. */
function sweep(): void {
  leasesSinceSweep = 0;
  try {
    const rows = nextRows.all(sweptUpTo, ROWS_PER_SWEEP) as { key: string; ends_at: number }[];
    const ended = rows.filter(({ ends_at }) => ends_at <= latestMs);
    if (ended.length > 0) database.exec('BEGIN IMMEDIATE');
    for (const { key } of ended) remove.run(key);
    if (ended.length > 0) database.exec('COMMIT');
    sweptUpTo = rows.length < ROWS_PER_SWEEP ? '' : (rows.at(-1)?.key ?? '');
  } catch {
    if (database.isTransaction) database.exec('ROLLBACK');
  }
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
