import { parseArgs } from 'node:util';
import { RATE_CARD_STREAM } from '../packages/scrip/src/core/account.ts';
import type { Command } from '../packages/scrip/src/core/command.ts';
import { DEFAULT_ACTIONS, DEFAULT_POOLS } from '../packages/scrip/src/config/default-catalog.ts';
import { createLedger } from '../packages/scrip/src/ledger/ledger.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
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
} from '../test/support/commands.ts';

/**
 * Fills a data directory with a journal of a realistic mix, through the ledger itself: mostly debits by action, some
 * holds with their ends, refunds, packs that expire and monthly grants. The same arguments make the same changes; the
 * clock is a made-up one, so that a month goes by in seconds.
 *
 *   node bench/generate-journal.ts --data DIR [--changes 1000000] [--accounts 2000] [--days 30]
 */
const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    changes: { type: 'string', default: '1000000' },
    accounts: { type: 'string', default: '2000' },
    days: { type: 'string', default: '30' },
  },
});
if (values.data === undefined) throw new Error('--data names the directory to fill');
const changes = Number(values.changes);
const accounts = Number(values.accounts);
const stepMs = Math.max(1, Math.round((Number(values.days) * 86_400_000) / changes));
const BATCH_CHANGES = 2000;
const START_MS = Date.parse('2026-01-05T08:00:00.000Z');
const ACTIONS = [
  'sms',
  'voice_call',
  'transcription',
  'speech',
  'search',
  'enrich',
  'lookup',
  'ai_processing',
];

/** Mulberry32: the same numbers in every run. */
let seed = 7;
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
}

let nowMs = START_MS;
let lastId = 0;
const nextId = () => `${(0x10000000 + Math.floor(random() * 0xe0000000)).toString(16)}-${(lastId += 1)}`;
const store = await openSqliteStore({
  directory: values.data,
  idsKeptMs: 86_400_000,
  now: () => nowMs,
});
const ledger = createLedger({
  store,
  clock: { now: () => (nowMs += stepMs) },
  ids: { next: nextId, salt: () => nextId().padEnd(32, '0') },
  defer: setImmediate,
});

interface Life {
  readonly id: string;
  readonly debits: string[];
  readonly holds: string[];
}

let refused = 0;
async function change(accountId: string, id: string, command: Command, metadata?: object): Promise<void> {
  const outcome = await ledger.change({
    accountId,
    id,
    command,
    actor: 'key-of-the-generator',
    ...(metadata === undefined ? {} : { metadata: metadata as Record<string, unknown> }),
  });
  if (!outcome.ok) refused += 1;
}

/** What happens next to an account. */
function nextChange({ id, debits, holds }: Life): Promise<void> {
  const dice = random();
  const changeId = nextId();
  const quantity = BigInt(1 + Math.floor(random() * 90));
  const charge = quantityOf(ACTIONS[Math.floor(random() * ACTIONS.length)] ?? 'sms', quantity);
  if (dice < 0.82) {
    debits.push(changeId);
    if (debits.length > 50) debits.shift();
    return change(id, changeId, debitCredits(charge), dice < 0.08 ? { job: changeId } : undefined);
  }
  if (dice < 0.88) {
    holds.push(changeId);
    return change(id, changeId, placeHold(charge, { ttlSeconds: 86_400 }));
  }
  const hold = holds.pop();
  if (dice < 0.94 && hold !== undefined)
    return change(id, changeId, dice < 0.93 ? captureHold(hold) : releaseHold(hold));
  const debit = debits[Math.floor(random() * debits.length)];
  if (dice < 0.98 && debit !== undefined) return change(id, changeId, refundDebit(debit));
  // As many credits come in as go out, so that an account has some lots and not thousands.
  if (dice < 0.996) return change(id, changeId, debitCredits(charge));
  return change(
    id,
    changeId,
    grantCredits(3000n, { expiresAtMs: dice < 0.998 ? nowMs + 20 * 86_400_000 : null }),
  );
}

await change(RATE_CARD_STREAM, 'open', openAccount());
const published: Command = { kind: 'PublishRateCard', pools: DEFAULT_POOLS, actions: DEFAULT_ACTIONS };
await change(RATE_CARD_STREAM, 'default', published);
const lives: Life[] = Array.from({ length: accounts }, (_, at) => ({
  id: `customer-${String(at).padStart(6, '0')}`,
  debits: [],
  holds: [],
}));
let made = 0;
while (made < changes) {
  const batch: Promise<void>[] = [];
  for (let at = 0; at < BATCH_CHANGES && made < changes; at += 1) {
    const opening = lives[made];
    if (opening !== undefined) {
      batch.push(change(opening.id, 'open', openAccount({ setsName: true }), { plan: 'standard' }));
      batch.push(change(opening.id, 'pack', grantCredits(200_000n)));
      batch.push(change(opening.id, 'plan', grantRecurring(20_000n, { priority: 0 })));
      if (made % 5 === 0) batch.push(change(opening.id, 'overdraft', setOverdraft(100n)));
    } else {
      // A few accounts have most of the traffic.
      const life = lives[Math.floor(random() ** 2 * accounts)];
      if (life !== undefined) batch.push(nextChange(life));
    }
    made += 1;
  }
  await Promise.all(batch);
}
await ledger.close();
console.log(`${made} changes asked for, ${refused} refused, ${accounts} accounts, in ${values.data}`);
