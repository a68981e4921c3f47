import type { Readable } from 'node:stream';
import { CommandFailure } from './command-failure.ts';
import { headerFlaw, readCsvRecords } from './csv-records.ts';
import { MAX_LINE_MB, readLines } from './read-lines.ts';

export type LineFormat = 'ndjson' | 'csv';

/** One line of a file of debits, as the API takes it. */
export interface DebitLine {
  /** Counted from 1 in the file; of CSV, where the record ends. */
  readonly number: number;
  readonly json: string;
}

/** The members that a line may have, and so the columns of CSV. */
const COLUMNS = ['id', 'accountId', 'action', 'quantity', 'pool', 'amount', 'occurredAt', 'metadata'];

/** The format that a file's name speaks of. */
export function formatOf(file: string): LineFormat {
  return /\.csv$/i.test(file) ? 'csv' : 'ndjson';
}

/** Reads debits from a file's bytes. Throws `CommandFailure` for what cannot be read at all. */
export function readDebitLines(stream: Readable, format: LineFormat): AsyncIterable<DebitLine> {
  return format === 'csv' ? readCsv(stream) : readNdjson(stream);
}

/** A line is sent as it stands, so that no digit of a number is lost. */
async function* readNdjson(stream: Readable): AsyncGenerator<DebitLine> {
  for await (const { number, text } of readLines(stream)) {
    if (text === null) throw unreadable(`line ${number} is not UTF-8 of at most ${MAX_LINE_MB} MB`);
    if (text.trim() !== '') yield { number, json: text };
  }
}

async function* readCsv(stream: Readable): AsyncGenerator<DebitLine> {
  let header: readonly string[] | null = null;
  try {
    for await (const { line, cells } of readCsvRecords(stream)) {
      if (header === null) {
        header = cells;
        const flaw = headerFlaw(header, { columns: COLUMNS, needed: ['id', 'accountId'] });
        if (flaw !== null) throw unreadable(flaw);
      } else if (cells.length === header.length) yield { number: line, json: lineJson(header, cells, line) };
      else throw unreadable(`line ${line} has ${cells.length} cells, and the first line ${header.length}`);
    }
  } catch (error) {
    throw error instanceof CommandFailure ? error : unreadable((error as Error).message);
  }
}

/** An empty cell says nothing. */
function lineJson(header: readonly string[], cells: readonly string[], number: number): string {
  const members = header
    .map((name, at) => [name, cells[at] ?? ''] as const)
    .filter(([, cell]) => cell !== '');
  const json = members.map(([name, cell]) => {
    if (name === 'metadata' && !isJson(cell)) throw unreadable(`the metadata in line ${number} is not JSON`);
    return `${JSON.stringify(name)}:${name === 'metadata' ? cell.replaceAll(/[\r\n]/g, ' ') : JSON.stringify(cell)}`;
  });
  return `{${json.join(',')}}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function unreadable(reason: string): CommandFailure {
  return CommandFailure.of('debits-invalid', `The file cannot be read as debits: ${reason}.`);
}
