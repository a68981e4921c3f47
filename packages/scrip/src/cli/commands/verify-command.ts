import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import type { Anchor } from '../../ledger/anchor.ts';
import { anchorsIn, decodeAnchor } from '../../ledger/anchor.ts';
import { CommandFailure } from '../command-failure.ts';
import { parsePlace } from '../api-command.ts';
import type { DataFlags } from '../data-flag.ts';
import { dataCommand, readDataDirectory } from '../data-flag.ts';
import { openInput } from '../open-input.ts';
import { startPasses } from '../progress.ts';
import { readLines } from '../read-lines.ts';
import { writeData } from '../terminal.ts';
import type { VerifyReport } from '../verify-report.ts';
import { formatReport, reportJson, whyNot } from '../verify-report.ts';

interface VerifyFlags extends DataFlags {
  readonly anchor?: string;
  readonly repair?: boolean;
}

const UNUSABLE_HINT =
  'Mend the disk, or restore the last backup. A damaged lock.db may be removed while nothing runs.';

export function verifyCommand(): Command {
  return dataCommand('verify', {
    description: 'check every entry and every table of a ledger, from its files',
    examples: [
      'scrip verify                         # the ledger in ./data, also while it is served',
      'scrip verify --data /srv/scrip --json',
      'scrip verify --anchor scrip-anchor-1:…  # is it still what it was?',
      'scrip verify --anchor report.json    # the same, with what "scrip verify" printed then',
      'scrip verify --repair                # make damaged tables anew from the journal',
    ],
  })
    .option(
      '--anchor <anchor>',
      'an anchor that was kept, or a file that holds one, such as a kept report; - is standard input',
      parsePlace,
    )
    .option('--repair', 'make wrong tables anew; the server must be stopped')
    .action(async (flags: VerifyFlags) => {
      const keptAnchor = flags.anchor === undefined ? null : await readAnchor(flags.anchor);
      const report = await run(await readDataDirectory(flags), keptAnchor, flags);
      const isJson = flags.json === true;
      const failure = whyNot(report);
      const about = reportJson(report);
      if (!isJson) writeData(formatReport(report));
      else if (failure === null) writeData(JSON.stringify(about));
      if (failure !== null) {
        const { code, message, ...told } = failure;
        throw CommandFailure.of(code, message, { about, ...told });
      }
    });
}

async function run(
  directory: string,
  keptAnchor: Anchor | null,
  { repair = false }: VerifyFlags,
): Promise<VerifyReport> {
  // Loaded here: a command that asks a server has no use for it.
  const [{ verifyDirectory }, { repairDirectory }, { asDataFailure }] = await Promise.all([
    import('../../stores/sqlite/verify-directory.ts'),
    import('../../stores/sqlite/repair-directory.ts'),
    import('../data-failure.ts'),
  ]);
  const progress = startPasses();
  const options = { directory, keptAnchor, threads: availableParallelism(), ...progress };
  try {
    if (!repair) return { ...(await verifyDirectory(options)), repaired: [] };
    const { before, after } = await repairDirectory(options);
    return { ...(after ?? before), repaired: after === null ? [] : (before.projectionFlaws ?? []) };
  } catch (error) {
    throw asDataFailure(error, { unusableHint: UNUSABLE_HINT });
  } finally {
    progress.stop();
  }
}

/** An anchor, or the file that holds one. Throws `CommandFailure`. */
async function readAnchor(given: string): Promise<Anchor> {
  const anchor =
    decodeAnchor(given) ?? (given === '-' || existsSync(given) ? await findAnchor(given) : undefined);
  if (anchor !== undefined) return anchor;
  throw CommandFailure.of('anchor-invalid', `"${given}" is neither an anchor nor a file that holds one.`);
}

/** The one that a file holds, however large it is; undefined where there is none, or several. */
async function findAnchor(file: string): Promise<Anchor | undefined> {
  const found = new Set<string>();
  for await (const { text } of readLines((await openInput(file)).stream))
    for (const anchor of anchorsIn(text ?? '')) found.add(anchor);
  const [anchor, ...others] = found;
  return anchor === undefined || others.length > 0 ? undefined : decodeAnchor(anchor);
}
