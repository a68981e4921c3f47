import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Anchor } from '../ledger/anchor.ts';
import type { ChainEnds } from '../ledger/chain-ends.ts';
import { createChainEnds } from '../ledger/chain-ends.ts';
import { checkAlone } from '../ledger/entry-check.ts';
import type { NumberedEntry } from '../ledger/journal-line.ts';
import { encodeLine } from '../ledger/journal-line.ts';
import type { JournalSource } from '../stores/sqlite/journal-source.ts';
import { syncDirectory } from '../stores/sqlite/journal-target.ts';
import { CommandFailure, filesUnwritable } from './command-failure.ts';
import { asDataFailure } from './data-failure.ts';
import { startProgress } from './progress.ts';
import { readLines } from './read-lines.ts';
import { writeWhole } from './terminal.ts';

export interface Exported {
  /** Entries in the export. */
  readonly entries: number;
  readonly anchor: Anchor;
}

interface ExportedLines {
  readonly next: () => string | null;
  /** Where the chains end after the line that `next` gave last. */
  readonly ends: ChainEnds;
  readonly stop: () => void;
}

const CHUNK_CHARACTERS = 262_144;

/** Writes the journal as it is now, from the entry after one number on, to standard output. */
export async function exportToOutput(source: JournalSource, after: number): Promise<Exported> {
  const lines = startLines(source, after);
  let isBegun = false;
  try {
    return await writeLines(lines, after, async (text) => {
      isBegun = true;
      await writeWhole(text);
    });
  } catch (error) {
    const failure = asDataFailure(error);
    // Behind lines of the journal, `--json` would be one more of them.
    throw isBegun && failure instanceof CommandFailure ? failure.reworded(failure.message) : failure;
  } finally {
    lines.stop();
  }
}

/**
 * Writes it to a new file; or goes on with the file of an export that was cut short, when all of its lines are those
 * that would be written again. A file that is whole stays as it is.
 */
export async function exportToFile(
  source: JournalSource,
  { file, after, resume }: { readonly file: string; readonly after: number; readonly resume: boolean },
): Promise<Exported> {
  const lines = startLines(source, after);
  try {
    return await writeToFile(lines, { file, after, resume });
  } finally {
    lines.stop();
  }
}

async function writeToFile(
  lines: ExportedLines,
  { file, after, resume }: { readonly file: string; readonly after: number; readonly resume: boolean },
): Promise<Exported> {
  const handle = await openFile(file, { resume });
  try {
    const kept = await compareKept(handle, { file, lines });
    if (kept.whole !== null) return { entries: kept.whole.entries - after, anchor: kept.whole };
    await handle.truncate(kept.sizeBytes);
    let position = kept.sizeBytes;
    const exported = await writeLines(lines, after, async (text) => {
      position += await writeAll(handle, Buffer.from(text), position).catch(refuseUnwritten);
    });
    await handle.sync().catch(refuseUnwritten);
    syncDirectory(dirname(file));
    return exported;
  } finally {
    await handle.close();
  }
}

/** Without --resume, what is there already would be in the way. */
function refuseUnwritten(cause: unknown): never {
  throw filesUnwritable(cause, {
    hint: 'Make room on the disk, then run the same command again with --resume.',
  });
}

/** A disk that is nearly full takes a part of what it is given, and says so with the next one only. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<number> {
  for (let written = 0; written < bytes.length;)
    written += (await handle.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
  return bytes.length;
}

async function openFile(file: string, { resume }: { resume: boolean }): Promise<FileHandle> {
  try {
    return await open(file, 'wx+', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw filesUnwritable(error);
    if (!resume) throw CommandFailure.of('file-exists', `${file} exists already.`);
  }
  try {
    return await open(file, 'r+');
  } catch (error) {
    throw filesUnwritable(error);
  }
}

/** The lines of the export, each entry checked against its chain and its personal part against the entry: what could not be imported is not written either. */
function startLines(source: JournalSource, after: number): ExportedLines {
  const upTo = source.lastNumber();
  if (after > upTo)
    throw CommandFailure.of(
      'nothing-after',
      `The journal has ${upTo} entries: there is nothing after entry ${after}.`,
    );
  const { sealed } = source;
  if (after < sealed.after) throw journalSealed(sealed.after);
  const ends = createChainEnds(sealed.ends);
  const progress = startProgress(upTo, 'entries');
  function* chained(from: number, to: number): Generator<NumberedEntry> {
    for (const page of source.pages(from, to)) {
      for (const entry of page) {
        ends.add(entry);
        yield entry;
      }
      const done = page.at(-1)?.number ?? 0;
      progress.advance(done, done);
    }
  }
  function* lines(): Generator<string> {
    // Before the first line, so that an export without entries ends where the chains stand then.
    const earlier = chained(sealed.after, after);
    while (earlier.next().done !== true);
    yield encodeLine({ kind: 'header', after });
    for (const entry of chained(after, upTo)) {
      // The chain does not cover it, and a debit mostly has none.
      if (entry.personal !== null) checkAlone(entry);
      yield encodeLine({ kind: 'entry', entry });
    }
    yield encodeLine({ kind: 'end', anchor: ends.anchor() });
  }
  const generator = lines();
  return {
    next: () => generator.next().value ?? null,
    ends,
    stop: progress.stop,
  };
}

/** What was sealed is in the sealed files, each of them an export. */
function journalSealed(after: number): CommandFailure {
  return CommandFailure.of('journal-sealed', `The first ${after} entries are sealed.`, {
    about: { after },
  });
}

async function writeLines(
  { next, ends }: ExportedLines,
  after: number,
  write: (text: string) => Promise<void>,
): Promise<Exported> {
  let text = '';
  for (let line = next(); line !== null; line = next()) {
    text += `${line}\n`;
    if (text.length < CHUNK_CHARACTERS) continue;
    await write(text);
    text = '';
  }
  await write(text);
  const anchor = ends.anchor();
  return { entries: anchor.entries - after, anchor };
}

/** How much of a file is what the export begins with; a last line that was cut does not count. */
async function compareKept(
  handle: FileHandle,
  { file, lines }: { readonly file: string; readonly lines: ExportedLines },
): Promise<{ sizeBytes: number; whole: Anchor | null }> {
  let sizeBytes = 0;
  let whole: Anchor | null = null;
  for await (const line of readLines(handle.createReadStream({ start: 0, autoClose: false }))) {
    if (!line.isEnded) break;
    // The journal may have grown since the file became whole.
    const anchor = lines.ends.anchor;
    const isEnd =
      line.text !== null &&
      line.text.startsWith('{"end":') &&
      line.text === encodeLine({ kind: 'end', anchor: anchor() });
    if (whole !== null || (!isEnd && line.text !== lines.next()))
      throw CommandFailure.of(
        'file-differs',
        `Line ${line.number} of ${file} is not what was to be exported there.`,
        { about: { line: line.number } },
      );
    sizeBytes += line.sizeBytes;
    if (isEnd) whole = anchor();
  }
  return { sizeBytes, whole };
}
