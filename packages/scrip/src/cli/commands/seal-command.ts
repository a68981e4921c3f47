import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { DAY_MS, isDay } from '../../core/calendar.ts';
import { OCCURRED_BACK_MS } from '../../core/decide-debit.ts';
import { shapeConfig } from '../../config/config.ts';
import { readEnv } from '../../config/env.ts';
import { parseInteger, parsePlace } from '../api-command.ts';
import type { Issue } from '../../server/problem.ts';
import { readInstant } from '../../server/read/instant.ts';
import { isThere } from '../../stores/sqlite/is-there.ts';
import type { SealableJournal, SealPlan } from '../../stores/sqlite/seal-journal.ts';
import { CommandFailure } from '../command-failure.ts';
import type { DataFlags } from '../data-flag.ts';
import { dataCommand } from '../data-flag.ts';
import { noteDone } from '../guard-output.ts';
import { startProgress } from '../progress.ts';
import { formatRecord } from '../table.ts';
import { say, soften, writeData } from '../terminal.ts';

/** Usage may be told of so late, and a refund be asked for. */
const LEAST_KEPT_DAYS = OCCURRED_BACK_MS / DAY_MS;

/** What SQLite says when it cannot write: SQLITE_FULL, and SQLITE_IOERR_WRITE where a quota is the limit. */
const NO_ROOM: ReadonlySet<unknown> = new Set([13, 778]);

interface SealFlags extends DataFlags {
  readonly to: string;
  readonly before?: number;
  readonly keepDays?: number;
}

interface Sealed {
  readonly entries: number;
  /** The number of the last entry that is sealed. */
  readonly upTo: number;
  readonly anchor: string | null;
}

export function sealCommand(): Command {
  return dataCommand('seal', {
    description:
      'move the oldest entries of a stopped ledger into a file, and go on from a checkpoint; balances, usage and chains stay',
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

async function seal({ data, to, before, keepDays = 0 }: SealFlags, nowMs: number): Promise<Sealed> {
  const { readConfigFile } = await import('../../config/config-file.ts');
  const env = readEnv();
  const config = shapeConfig({ data }, env, await readConfigFile(env.configFile));
  const keptMs = Math.max(config.idempotencyMs, LEAST_KEPT_DAYS * DAY_MS);
  const beforeMs = before ?? nowMs - keepDays * DAY_MS;
  if (beforeMs > nowMs - keptMs)
    throw CommandFailure.of(
      'seal-too-recent',
      `Only what is older than ${keptMs / DAY_MS} days can be sealed: usage is told of, and ids are repeated, until then.`,
    );
  return sealDirectory(config.dataDirectory, {
    beforeMs,
    file: resolve(to),
    idsKeptMs: config.idempotencyMs,
  });
}

async function sealDirectory(
  directory: string,
  { beforeMs, file, idsKeptMs }: { beforeMs: number; file: string; idsKeptMs: number },
): Promise<Sealed> {
  const [{ openSqliteStore }, { openDataDirectory }, { openSealableJournal }, { createSealedFile }, ledger] =
    await Promise.all([
      import('../../stores/sqlite/sqlite-store.ts'),
      import('../../stores/sqlite/data-directory.ts'),
      import('../../stores/sqlite/seal-journal.ts'),
      import('../write-sealed.ts'),
      import('../../ledger/anchor.ts'),
    ]);
  const { NoLedger } = await import('../../stores/sqlite/journal-source.ts');
  const journalFile = join(directory, 'journal.db');
  if (!isThere(journalFile)) throw new NoLedger(journalFile);
  // A start and a stop end what the last process was killed in: an erasing of personal data, above all.
  await (await openSqliteStore({ directory, idsKeptMs, now: Date.now })).close();
  const { files, unlock } = openDataDirectory(directory);
  try {
    const journal = openSealableJournal(files);
    try {
      const { after, upTo } = journal.count(beforeMs);
      if (upTo === after) {
        shrink(journal);
        return { entries: 0, upTo: after, anchor: null };
      }
      const sealed = createSealedFile(file, after);
      const from = journal.sealedEnds();
      const progress = startProgress(upTo - after, 'entries');
      const plan = journal.plan(beforeMs, (entry) => {
        sealed.write(entry);
        progress.advance(entry.number - after, entry.number - after);
      });
      await sealed.finish(plan.anchor, from);
      drop(journal, plan, file);
      noteDone('The entries were sealed', null);
      shrink(journal);
      progress.stop();
      return { entries: upTo - after, upTo, anchor: ledger.encodeAnchor(plan.anchor) };
    } finally {
      journal.close();
    }
  } finally {
    unlock();
  }
}

/** Throws `CommandFailure` where there is no room for it: the whole ledger stays as it was. */
function drop(journal: SealableJournal, plan: SealPlan, file: string): void {
  try {
    journal.drop(plan);
  } catch (error) {
    if (!NO_ROOM.has((error as { errcode?: unknown }).errcode)) throw error;
    throw CommandFailure.of('files-unwritable', `The files cannot be written: ${(error as Error).message}.`, {
      hint: `Nothing was sealed, and nothing is lost. Make room on the disk, and run the command with another --to: ${file} is an export of what it would have sealed.`,
      cause: error,
    });
  }
}

/** A file that keeps its size is no reason to say that nothing was sealed. */
function shrink(journal: SealableJournal): void {
  try {
    journal.shrink();
  } catch (error) {
    say(
      `All is sealed, but the file keeps its size: ${(error as Error).message}. Make room on the disk, and run the same command again.`,
    );
  }
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
