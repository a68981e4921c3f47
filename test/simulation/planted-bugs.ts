import type { Mistake } from './plant-bug.ts';

/** A bug that the simulation must find, and what it is a bug of. */
export interface PlantedBug extends Mistake {
  readonly area:
    | 'burn order'
    | 'hold deadlines'
    | 'rollover'
    | 'idempotency'
    | 'erasing'
    | 'group commit'
    | 'time';
  readonly name: string;
}

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    area: 'burn order',
    name: 'one-time credits go before recurring ones',
    file: 'core/lots.ts',
    right: "return a.kind === 'recurring' ? -1 : 1;",
    wrong: "return a.kind === 'recurring' ? 1 : -1;",
  },
  {
    area: 'burn order',
    name: 'a lot without an end goes before one that ends',
    file: 'core/lots.ts',
    right: '(a.expiresAtMs ?? Infinity) - (b.expiresAtMs ?? Infinity)',
    wrong: '(a.expiresAtMs ?? 0) - (b.expiresAtMs ?? 0)',
  },
  {
    area: 'burn order',
    name: 'the overdraft is drawn by its priority',
    file: 'core/lots.ts',
    right: 'if (a.version === OVERDRAFT_LOT || b.version === OVERDRAFT_LOT) return',
    wrong: 'if (a.version === OVERDRAFT_LOT && b.version === OVERDRAFT_LOT) return',
  },
  {
    area: 'burn order',
    name: 'a refund goes to the lots in the order of their use',
    file: 'core/lots.ts',
    right: 'of draws.toReversed()',
    wrong: 'of draws',
  },
  {
    area: 'hold deadlines',
    name: 'a hold lives a second too long',
    file: 'core/decide-hold.ts',
    right: 'expiresAtMs: nowMs + command.ttlSeconds * 1000,',
    wrong: 'expiresAtMs: nowMs + command.ttlSeconds * 1000 + 1000,',
  },
  {
    area: 'hold deadlines',
    name: 'a hold can be captured at its very deadline',
    file: 'core/advance.ts',
    right: 'if (dueMs > nowMs) return null;',
    wrong: 'if (dueMs > nowMs || (dueMs === nowMs && holdMs === nowMs)) return null;',
  },
  {
    area: 'hold deadlines',
    name: 'only the hold with the least id is looked at',
    file: 'core/hold-tree.ts',
    right: 'if (left !== null) first = dueFirst(first, left.first);',
    wrong: 'if (left !== null) first = left.first;',
  },
  {
    area: 'rollover',
    name: 'a remainder is carried over without a limit',
    file: 'core/advance.ts',
    right: 'minMicros(last.freeMicros, rollover.maxMicros)',
    wrong: 'last.freeMicros',
  },
  {
    area: 'rollover',
    name: 'a remainder that is carried over expires as well',
    file: 'core/advance.ts',
    right: 'series.nextAtMs === lot.expiresAtMs,',
    wrong: 'series.nextAtMs < (lot.expiresAtMs ?? 0),',
  },
  {
    area: 'rollover',
    name: 'a month later is 30 days later',
    file: 'core/calendar.ts',
    right: "if (cycle.every === 'day' || cycle.every === 'week') {",
    wrong:
      "if (cycle.every === 'month') return cycle.anchorMs + index * 30 * DAY_MS;\n  if (cycle.every === 'day' || cycle.every === 'week') {",
  },
  {
    area: 'rollover',
    name: 'a day later is 24 hours later, also when the clocks change',
    file: 'core/calendar.ts',
    right: "if (cycle.every === 'day' || cycle.every === 'week') {",
    wrong:
      "if (cycle.every === 'day') return cycle.anchorMs + index * DAY_MS;\n  if (cycle.every === 'week') {",
  },
  {
    area: 'idempotency',
    name: 'an id answers for any command',
    file: 'ledger/decide-request.ts',
    right: 'const sameCommand = entry.change?.fingerprint === request.change.fingerprint;',
    wrong: 'const sameCommand = true;',
  },
  {
    area: 'idempotency',
    name: 'a debit that is sent again is made again',
    file: 'ledger/decide-request.ts',
    right: 'if (prior !== null) return',
    wrong: "if (prior !== null && prior.entry.kind !== 'CreditsDebited') return",
  },
  {
    area: 'idempotency',
    name: 'a name does not count as part of a change',
    file: 'ledger/decide-request.ts',
    right: 'return personalDigest({ ...request.personal, salt: personal.salt }) === digest;',
    wrong: 'return true;',
  },
  {
    area: 'erasing',
    name: 'an erasure is recorded, and not done',
    file: 'ledger/ledger.ts',
    right: 'return outcome.ok ? outcome.entry.version : null;',
    wrong: 'return null;',
  },
  {
    area: 'group commit',
    name: 'a change is acknowledged when it is decided',
    file: 'ledger/group-commit.ts',
    right: 'batch.flatMap(({ requests }) => requests),\n        decide,',
    wrong:
      'batch.flatMap(({ requests }) => requests),\n        (request, loaded) => {\n          const decided = decide(request, loaded);\n          batch.find(({ requests }) => requests[0] === request)?.resolve([{ outcome: decided.outcome }], 0);\n          return decided;\n        },',
  },
  {
    area: 'group commit',
    name: 'a batch is answered in the wrong order',
    file: 'ledger/group-commit.ts',
    right: 'if (isSettled) one.resolve(settled, first);',
    wrong: 'if (isSettled) one.resolve(settled.toReversed(), first);',
  },
  {
    area: 'group commit',
    name: 'what the store settles later is answered at once',
    file: 'ledger/group-commit.ts',
    right: 'await later;',
    wrong: 'void later;',
  },
  {
    area: 'group commit',
    name: 'a failed commit is said to have changed nothing',
    file: 'ledger/group-commit.ts',
    right: 'for (const { reject } of batch) reject(error);',
    wrong:
      "for (const { reject } of batch) reject(new Fault('lost', { code: 'store-failed', retryable: true, outcome: 'not-applied' }));",
  },
  {
    area: 'group commit',
    name: 'what waits while a lane is full is never written',
    file: 'ledger/group-commit.ts',
    right: 'inFlight -= 1;\n    schedule();',
    wrong: 'inFlight -= 1;',
  },
  {
    area: 'time',
    name: 'a read stores what time did',
    file: 'ledger/ledger.ts',
    right: '{ ...advanceIt(state, nowMs).state, version: state.version }',
    wrong: 'advanceIt(state, nowMs).state',
  },
  {
    area: 'time',
    name: 'a refusal rests on a time that has not come',
    file: 'ledger/decide-request.ts',
    right: 'const before = account === null ? null : advanceStored(account.state, nowMs);',
    wrong: 'const before = account === null ? null : advanceStored(account.state, nowMs + 60_000);',
  },
];
