import { createAckBook } from '../ledgers/ack-book.ts';
import { checkFiles, countEntries } from '../ledgers/check-files.ts';
import { checkLedger, readMade } from '../ledgers/check-ledger.ts';
import { uniform } from '../load/account-choice.ts';
import { runClosedLoop } from '../load/closed-loop.ts';
import { mixedTraffic } from '../load/mixed-traffic.ts';
import { runOpenLoop } from '../load/open-loop.ts';
import { figureOf, measureRounds, median, plainFigure } from '../measure-rounds.ts';
import { watchScrip } from '../servers/scrip-metrics.ts';
import { SCRIP_SETTINGS, startScrip } from '../servers/start-scrip.ts';
import type { Bench, Outcome, Workload } from '../workload.ts';

const CLOSED_CONNECTIONS = 64;
const OPEN_CONNECTIONS = 256;
const SHARE_OF_MAXIMUM = 0.7;
const UNIT = 'operations/s';

export const mixedLoad: Workload = { id: 'W5', title: 'A mix at 70 % of its maximum', run };

async function run(bench: Bench): Promise<Outcome> {
  const { scale, ledgers, say } = bench;
  const { accounts, historyDebits } = scale;
  const shape = { accounts, lotsPerAccount: 1, withKeys: false, debits: historyDebits };
  const directory = await ledgers.copy(shape);
  const scrip = await startScrip(directory);
  try {
    const before = await readMade(scrip.url, shape);
    const entriesBefore = countEntries(directory);
    const book = createAckBook({ accounts, sampled: scale.sampledDebits });
    const traffic = mixedTraffic(uniform(accounts), book);
    const who = 'Scrip';
    const [most] = await measureRounds(
      [
        {
          who,
          what: 'the mix, as fast as it goes',
          unit: UNIT,
          run: (seconds) =>
            runClosedLoop({ url: scrip.url, connections: CLOSED_CONNECTIONS, until: { seconds }, traffic }),
        },
      ],
      { ...bench, seconds: scale.seconds },
    );
    if (most === undefined) throw new Error('nothing was measured');
    const startsPerSecond = SHARE_OF_MAXIMUM * median(most.values);
    const watch = await watchScrip(scrip.url);
    const round = await runOpenLoop({
      url: scrip.url,
      connections: OPEN_CONNECTIONS,
      seconds: scale.mixedSeconds,
      startsPerSecond,
      traffic,
    });
    const { lagEntries, longestStallMs } = await watch.end();
    say(`  ${Math.round(startsPerSecond)} ${UNIT}: p99 ${round.p99Ms} ms`);
    return {
      setup: [
        `${accounts.toLocaleString('en')} accounts, chosen uniformly, with ${historyDebits.toLocaleString('en')} debits before; 60 % balance reads, 25 % debits, 10 % a hold and its capture, 4 % a page of history, 1 % bulk debits of 100.`,
        `First as fast as it goes over ${CLOSED_CONNECTIONS} connections; then ${scale.mixedSeconds} s of operations that start at random moments, ${Math.round(startsPerSecond).toLocaleString('en')} a second, over ${OPEN_CONNECTIONS} connections. Times run from the moment that an operation was due to its last answer, so that waiting behind a stall counts; a hold and its capture are one operation.`,
        'Before that each account is read once, so that no round waits for the disk to find one.',
        SCRIP_SETTINGS,
      ],
      figures: [
        most,
        figureOf({ who, what: 'the mix, at 70 % of that', unit: UNIT }, [round]),
        plainFigure({ who, what: 'longest stall of the event loop', unit: 'ms' }, [longestStallMs]),
        plainFigure(
          {
            who,
            what: 'furthest that derived indexes were seen behind, at one look a second',
            unit: 'entries',
          },
          [lagEntries],
        ),
      ],
      findings: [
        {
          what: 'the mix, p99 from when it was due',
          value: round.p99Ms ?? Number.NaN,
          unit: 'ms',
          target: { atMost: 15 },
        },
        {
          what: 'the mix, longest stall of the event loop',
          value: longestStallMs,
          unit: 'ms',
          target: { atMost: 100 },
        },
      ],
      checks: [
        ...(await checkLedger(scrip.url, book, before)),
        await checkFiles(scrip, { directory, entries: entriesBefore + book.entries() }),
      ],
    };
  } finally {
    await scrip.stop();
  }
}
