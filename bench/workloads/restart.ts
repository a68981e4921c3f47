import { closeSync, existsSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createAckBook } from '../ledgers/ack-book.ts';
import { checkLedger, readMade } from '../ledgers/check-ledger.ts';
import { uniform } from '../load/account-choice.ts';
import { bulkTraffic } from '../load/bulk-traffic.ts';
import type { HttpReply } from '../load/http-connection.ts';
import { openConnection } from '../load/http-connection.ts';
import { untilTaken } from '../load/until-taken.ts';
import type { PlannedRequest, Traffic } from '../load/traffic.ts';
import { median, plainFigure } from '../measure-rounds.ts';
import type { ChildServer } from '../servers/child-server.ts';
import { untilDerived } from '../servers/scrip-metrics.ts';
import { SCRIP_SETTINGS, startScrip } from '../servers/start-scrip.ts';
import type { Bench, Check, Outcome, Workload } from '../workload.ts';
import { BULK_CONNECTIONS, BULK_LINES } from './load-fresh-ledger.ts';

const READ_BYTES = 1024 * 1024;

export const restart: Workload = { id: 'W6', title: 'Start after kill -9', run };

async function run(bench: Bench): Promise<Outcome> {
  const { scale, ledgers, say } = bench;
  const { accounts, restartEntries } = scale;
  const debits = Math.max(0, restartEntries - 2 * accounts);
  const directory = await ledgers.make({ accounts, lotsPerAccount: 1, withKeys: false, debits });
  const checks: Check[] = [];
  const killed: number[] = [];
  let scrip = await startScrip(directory);
  try {
    const before = await readMade(scrip.url, { accounts, debits });
    const book = createAckBook({ accounts, sampled: scale.sampledDebits });
    const traffic = bulkTraffic({ lines: BULK_LINES, choose: uniform(accounts), book });
    for (let round = 1; round <= scale.rounds; round += 1) {
      const acknowledgedBefore = book.total();
      const unanswered = await killUnderLoad(scrip, traffic, scale.seconds);
      checks.push(checkWasLoaded(round, book.total() - acknowledgedBefore));
      scrip = await startScrip(directory);
      killed.push(scrip.readyAfterMs);
      say(`  round ${round} of ${scale.rounds}: ready after ${Math.round(scrip.readyAfterMs)} ms`);
      await askAgain(scrip.url, unanswered);
      checks.push(...(await checkLedger(scrip.url, book, before)));
    }
    await scrip.stop();
    const filesMs = readFiles(directory);
    for (const file of ['derived.db', 'derived.db-wal', 'derived.db-shm'])
      rmSync(join(directory, file), { force: true });
    const rebuildStartedMs = performance.now();
    scrip = await startScrip(directory);
    const rebuiltReadyMs = scrip.readyAfterMs;
    await untilDerived(scrip.url);
    const rebuiltMs = performance.now() - rebuildStartedMs;
    checks.push(...(await checkLedger(scrip.url, book, before)));
    const who = 'Scrip';
    return {
      setup: [
        `A ledger of ${restartEntries.toLocaleString('en')} entries on ${accounts.toLocaleString('en')} accounts; in each round bulk debits over ${BULK_CONNECTIONS} connections, kill -9 in the middle of them, ${scale.seconds} s after the first answer, and a start. Ready is when the process says that it serves. The files are in the page cache, as they are after a crash of the process.`,
        'What got no answer before the kill is sent again under the same ids, and then the balances are checked.',
        SCRIP_SETTINGS,
      ],
      figures: [
        plainFigure({ who, what: 'ready after kill -9', unit: 'ms' }, killed),
        plainFigure({ who, what: 'ready without derived.db', unit: 'ms' }, [rebuiltReadyMs]),
        plainFigure({ who, what: 'derived.db rebuilt whole', unit: 'ms' }, [rebuiltMs]),
        plainFigure({ who: 'the disk', what: 'reading the same files once', unit: 'ms' }, [filesMs]),
      ],
      findings: [
        { what: 'ready after kill -9', value: median(killed), unit: 'ms', target: { atMost: 3000 } },
        {
          what: 'ready after kill -9, beside reading the same files',
          value: median(killed) / filesMs,
          unit: '×',
          target: null,
        },
      ],
      checks,
    };
  } finally {
    await scrip.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Debits until the process is killed, so long after its first answer; returns the requests that got none. */
async function killUnderLoad(
  scrip: ChildServer,
  traffic: Traffic,
  seconds: number,
): Promise<PlannedRequest[]> {
  const unanswered: PlannedRequest[] = [];
  const answered = Promise.withResolvers<void>();
  let isKilled = false;
  const work = async () => {
    const connection = openConnection(scrip.url);
    try {
      for (;;) {
        const request = traffic();
        const reply = await untilTaken(() => connection.send(request.bytes)).catch((error: unknown) => {
          if (!isKilled) throw error;
          return null;
        });
        if (reply === null) {
          unanswered.push(request);
          return;
        }
        checkTaken(reply);
        request.onAnswer?.(reply);
        answered.resolve();
      }
    } finally {
      connection.close();
    }
  };
  const kill = async () => {
    await answered.promise;
    await new Promise((resolve) => {
      setTimeout(resolve, seconds * 1000);
    });
    isKilled = true;
    await scrip.kill();
  };
  await Promise.all([kill(), ...Array.from({ length: BULK_CONNECTIONS }, work)]);
  return unanswered;
}

async function askAgain(url: string, requests: readonly PlannedRequest[]): Promise<void> {
  const connection = openConnection(url);
  for (const { bytes, onAnswer } of requests) {
    const reply = await untilTaken(() => connection.send(bytes));
    checkTaken(reply);
    onAnswer?.(reply);
  }
  connection.close();
}

function checkTaken({ status, body }: HttpReply): void {
  if (status !== 200) throw new Error(`bulk debits were answered with ${status}: ${body().toString()}`);
}

function checkWasLoaded(round: number, acknowledged: number): Check {
  return {
    what: `round ${round}: ${acknowledged.toLocaleString('en')} debits were acknowledged before the kill`,
    problem: acknowledged > 0 ? null : 'there was no load',
  };
}

/** Milliseconds to read the journal and what is derived from it, once, from one end to the other. */
function readFiles(directory: string): number {
  const buffer = Buffer.alloc(READ_BYTES);
  const startedMs = performance.now();
  for (const name of ['journal.db', 'journal.db-wal', 'derived.db', 'derived.db-wal']) {
    const file = join(directory, name);
    if (!existsSync(file) || statSync(file).size === 0) continue;
    const descriptor = openSync(file, 'r');
    while (readSync(descriptor, buffer) > 0);
    closeSync(descriptor);
  }
  return performance.now() - startedMs;
}
