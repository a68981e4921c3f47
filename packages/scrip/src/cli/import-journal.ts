import { isOwnStream } from '../core/account.ts';
import type { Anchor } from '../ledger/anchor.ts';
import { WrongEntry } from '../ledger/chain-ends.ts';
import { createEntryCheck } from '../ledger/entry-check.ts';
import type { NumberedEntry } from '../ledger/journal-line.ts';
import { BadLine } from '../ledger/journal-line.ts';
import type { ExportReader } from '../ledger/read-export.ts';
import { createExportReader } from '../ledger/read-export.ts';
import { openJournalSource } from '../stores/sqlite/journal-source.ts';
import type { JournalTarget } from '../stores/sqlite/journal-target.ts';
import { hasPart, openJournalTarget, partFileOf } from '../stores/sqlite/journal-target.ts';
import { CommandFailure } from './command-failure.ts';
import type { Input } from './open-input.ts';
import { inputName, openInput } from './open-input.ts';
import { startProgress } from './progress.ts';
import type { TextLine } from './read-lines.ts';
import { MAX_LINE_MB, readLines } from './read-lines.ts';

export interface Imported {
  readonly entries: number;
  readonly accounts: number;
  readonly anchor: Anchor;
}

interface NamedInput extends Input {
  /** As it is called in messages. */
  readonly file: string;
}

const IN_ORDER =
  'Nothing was imported. Name the exports in their order: each begins where the one before it ended.';
const MAYBE_CSV =
  'Nothing was imported. If it is a CSV file of accounts, add --csv. If not, take the file anew from where it was exported.';

/** Entries that are written together. */
const BATCH_ENTRIES = 2000;

/**
 * Reads exports that follow one another into a new journal. It is written beside its place, and put there when all of
 * it was found right. What was cut short, by its input, the disk or a kill, is kept for `resume`; after a line that is
 * wrong nothing is.
 */
export async function importJournal(
  files: readonly string[],
  { journal, resume }: { readonly journal: string; readonly resume: boolean },
): Promise<Imported> {
  if (resume && !hasPart(journal))
    throw CommandFailure.of(
      'nothing-to-resume',
      `There is no import to go on with: ${partFileOf(journal)} does not exist.`,
    );
  const inputs: NamedInput[] = [];
  for (const file of files) inputs.push({ file: inputName(file), ...(await openInput(file)) });
  const target = openJournalTarget(journal, { isKept: true, goOn: resume });
  try {
    const imported = await readInputs(inputs, target);
    target.finish();
    return imported;
  } catch (error) {
    if (error instanceof CommandFailure && error.code === 'line-wrong') target.discard();
    throw error;
  } finally {
    target.close();
  }
}

async function readInputs(inputs: readonly NamedInput[], target: JournalTarget): Promise<Imported> {
  const check = createEntryCheck();
  const writer = startWriter(target);
  const totalBytes = inputs.reduce<number | null>(
    (sum, { sizeBytes }) => (sum === null || sizeBytes === null ? null : sum + sizeBytes),
    0,
  );
  const progress = startProgress(totalBytes, 'entries');
  let doneBytes = 0;
  let [last, lastFile] = [0, ''];
  try {
    for (const input of inputs) {
      const { file } = input;
      const reader = createExportReader(check);
      [last, lastFile] = [0, file];
      for await (const line of readLines(refuseGzip(input))) {
        last = line.number;
        const entry = readLine(reader, line, file);
        if (entry !== null) writer.put(entry, { line: line.number, file });
        doneBytes += line.sizeBytes;
        if (last % BATCH_ENTRIES === 0) progress.advance(doneBytes, check.entries());
      }
      writer.flush();
      if (!reader.isWhole()) throw cutShort(file, last);
    }
    writer.finish({
      line: last,
      file: lastFile,
      entries: check.entries(),
      erasedBefore: check.erasedBefore(),
    });
  } finally {
    progress.stop();
    writer.close();
  }
  target.erasePersonal(check.erasedBefore());
  const accounts = [...check.streams()].filter((id) => !isOwnStream(id)).length;
  return { entries: check.entries(), accounts, anchor: check.anchor() };
}

/** The entry in a line; null where it holds none, or was cut off itself. */
function readLine(reader: ExportReader, { number, text, isEnded }: TextLine, file: string) {
  try {
    if (text === null) throw new BadLine(`is not UTF-8 of at most ${MAX_LINE_MB} MB`, { isCut: true });
    return reader.read(text);
  } catch (error) {
    if (!isEnded && error instanceof BadLine && error.isCut) return null;
    if (error instanceof BadLine || error instanceof WrongEntry)
      throw CommandFailure.of('line-wrong', `Line ${number} of ${file}: ${error.message}.`, {
        about: { line: number },
        ...hintOf(error, { number, text }),
      });
    throw error;
  }
}

/** What helps, where the file may be as it was exported. */
function hintOf(error: Error, { number, text }: Pick<TextLine, 'number' | 'text'>): { hint?: string } {
  if (error instanceof BadLine && error.isOutOfOrder) return { hint: IN_ORDER };
  return number === 1 && text !== null && !text.startsWith('{') ? { hint: MAYBE_CSV } : {};
}

/** The bytes of an export; those of gzip begin with two of their own. */
async function* refuseGzip({ file, stream }: NamedInput): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (isFirst && chunk[0] === 0x1f && chunk[1] === 0x8b)
      throw CommandFailure.of('line-wrong', `Line 1 of ${file}: is compressed by gzip.`, {
        about: { line: 1 },
        hint: `Nothing was imported. Unpack it on the way, as in: zcat ${file === inputName('-') ? 'FILE' : file} | scrip import -`,
      });
    isFirst = false;
    yield chunk;
  }
}

interface LinePlace {
  readonly line: number;
  readonly file: string;
}

/** Where the last file ends, how many entries all of them have, and what these erase. */
interface FilesEnd extends LinePlace {
  readonly entries: number;
  readonly erasedBefore: ReadonlyMap<string, number>;
}

interface EntryWriter {
  readonly put: (entry: NumberedEntry, at: LinePlace) => void;
  readonly flush: () => void;
  /** Throws `CommandFailure` when the import that was cut short had read more than these files have, or others. */
  readonly finish: (end: FilesEnd) => void;
  readonly close: () => void;
}

/** Writes entries in batches; those that an interrupted import has written are compared instead. */
function startWriter(target: JournalTarget): EntryWriter {
  const written = openJournalSource(target.partFile);
  const keptEntries = written.lastNumber();
  const kept = entriesOf(written.pages(0, keptEntries));
  let batch: NumberedEntry[] = [];
  /** Entries whose personal data is gone already: the import was cut short after it had erased what the files erase. */
  const bare: { readonly accountId: string; readonly version: number; readonly at: LinePlace }[] = [];
  const flush = () => {
    if (batch.length > 0) target.append(batch);
    batch = [];
  };
  return {
    put: (entry, at) => {
      const before = kept.next();
      if (before.done === true) batch.push(entry);
      else if (before.value.hash !== entry.hash) throw otherLine(at);
      else if (before.value.personal === null && entry.personal !== null)
        bare.push({ accountId: entry.accountId, version: entry.version, at });
      else if (before.value.personal !== entry.personal) throw otherLine(at);
      if (batch.length === BATCH_ENTRIES) flush();
    },
    flush,
    finish: (end) => {
      if (end.entries < keptEntries) throw fewerThanKept(end, keptEntries);
      for (const { accountId, version, at } of bare)
        if (version >= (end.erasedBefore.get(accountId) ?? 0)) throw otherLine(at);
    },
    close: written.close,
  };
}

function* entriesOf(pages: Iterable<NumberedEntry[]>): Generator<NumberedEntry, undefined> {
  for (const page of pages) yield* page;
}

function otherLine({ line, file }: LinePlace): CommandFailure {
  return CommandFailure.of('file-differs', `Line ${line} of ${file} is not what was imported there.`, {
    about: { line },
  });
}

function fewerThanKept({ line, file, entries }: FilesEnd, keptEntries: number): CommandFailure {
  return CommandFailure.of(
    'file-differs',
    `Line ${line} of ${file} is not what was imported there: the import that was cut short had read ${keptEntries} entries, and these files have ${entries}.`,
    {
      about: { line },
      hint: 'Name all the files that it was reading; or begin anew, without --resume.',
    },
  );
}

function cutShort(file: string, lines: number): CommandFailure {
  return CommandFailure.of(
    'file-cut-short',
    `${file} was cut short: after ${lines} lines the one that ends an export is missing.`,
    { about: { lines } },
  );
}
