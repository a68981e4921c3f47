import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { DAY_MS, isDay } from '../../core/calendar.ts';
import { OCCURRED_BACK_MS } from '../../core/decide-debit.ts';
import { parseInteger, parsePlace } from '../api-command.ts';
import type { Issue } from '../../server/problem.ts';
import { readInstant } from '../../server/read/instant.ts';
import { CommandFailure } from '../command-failure.ts';
import type { DataFlags } from '../data-flag.ts';
import { dataCommand, readDataConfig } from '../data-flag.ts';
import type { Sealed } from '../seal-ledger.ts';
import { formatRecord } from '../table.ts';
import { soften, writeData } from '../terminal.ts';

/** Usage may be told of so late, and a refund be asked for. */
const LEAST_KEPT_DAYS = OCCURRED_BACK_MS / DAY_MS;

interface SealFlags extends DataFlags {
  readonly to: string;
  readonly before?: number;
  readonly keepDays?: number;
}

export function sealCommand(): Command {
  return dataCommand('seal', {
    description:
      'move the oldest entries of a stopped ledger into a file, and go on from the state that they made; balances, usage and chains stay',
    examples: [
      'scrip seal --keep-days 400 --to sealed-1.ndjson',
      'scrip seal --before 2026-01-01 --to /archive/2025.ndjson --data /srv/scrip/data',
    ],
  })
    .requiredOption('--to <file>', 'the sealed file: one that does not exist yet', parseSealedFile)
    .option(
      '--before <day>',
      'seal what was recorded before this day (UTC), or a time such as 2026-01-01T09:30:00Z',
      parseDay,
    )
    .option('--keep-days <number>', 'seal what is older than so many days', parseInteger)
    .action(async (flags: SealFlags, command: Command) => {
      if ((flags.before === undefined) === (flags.keepDays === undefined))
        command.error('error: either --before or --keep-days says what to seal');
      const { asDataFailure } = await import('../data-failure.ts');
      try {
        showSealed(flags, await seal(flags, Date.now()));
      } catch (error) {
        throw asDataFailure(error);
      }
    });
}

async function seal(flags: SealFlags, nowMs: number): Promise<Sealed> {
  const { to, before, keepDays = 0 } = flags;
  const config = await readDataConfig(flags);
  const keptMs = Math.max(config.idempotencyMs, LEAST_KEPT_DAYS * DAY_MS);
  const beforeMs = before ?? nowMs - keepDays * DAY_MS;
  if (beforeMs > nowMs - keptMs)
    throw CommandFailure.of(
      'seal-too-recent',
      `Only what is older than ${Math.ceil(keptMs / DAY_MS)} days can be sealed: usage is told of, and ids are repeated, until then.`,
    );
  const { sealLedger } = await import('../seal-ledger.ts');
  return sealLedger(config.dataDirectory, {
    beforeMs,
    file: resolve(to),
    idsKeptMs: config.idempotencyMs,
  });
}

function showSealed({ to, json = false }: SealFlags, { entries, upTo, anchor }: Sealed): void {
  const file = entries === 0 ? null : resolve(to);
  writeData(
    json
      ? JSON.stringify({ file, entries, upTo, anchor })
      : formatRecord(
          [
            ['sealed', file],
            ['entries', `${entries}`],
            ['up to', `entry ${upTo}`],
            ['anchor', anchor],
          ],
          soften,
        ),
  );
}

/** Elsewhere it means standard output, from where nothing could be read back. */
function parseSealedFile(file: string): string {
  if (file !== '-') return parsePlace(file);
  throw new InvalidArgumentError('It must be a file: what goes to standard output cannot be checked.');
}

/** A time must say its offset: what the machine's own zone makes of it would seal hours more or less. */
function parseDay(text: string): number {
  if (isDay(text)) return Date.parse(text);
  const issues: Issue[] = [];
  const ms = readInstant(text, '--before', issues);
  if (issues.length === 0) return ms;
  throw new InvalidArgumentError(
    'It must be a day such as 2026-01-01, or a time such as 2026-01-01T09:30:00Z.',
  );
}
