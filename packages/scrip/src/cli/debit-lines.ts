import type { Readable } from 'node:stream';
import { CommandFailure } from './command-failure.ts';
import { decoded } from './csv-records.ts';
import { readLines } from './read-lines.ts';

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
    if (text === null) throw unreadable('it is not UTF-8');
    if (text.trim() !== '') yield { number, json: text };
  }
}

async function* readCsv(stream: Readable): AsyncGenerator<DebitLine> {
  const { parse } = await import('csv-parse');
  const parser = parse({ bom: true, columns: checkColumns, info: true, skip_empty_lines: true, trim: true });
  const text = decoded(stream);
  text.on('error', (error) => parser.destroy(error));
  try {
    for await (const record of text.pipe(parser)) {
      const { record: cells, info } = record as {
        record: Record<string, string>;
        info: { lines: number };
      };
      yield { number: info.lines, json: lineJson(cells, info.lines) };
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw unreadable((error as Error).message);
  }
}

function checkColumns(header: readonly string[]): string[] {
  const unknown = header.filter((name) => !COLUMNS.includes(name));
  if (unknown.length > 0)
    throw unreadable(`its first line names ${unknown.join(', ')}, and may name ${COLUMNS.join(', ')}`);
  const twice = header.find((name, at) => header.indexOf(name) < at);
  if (twice !== undefined) throw unreadable(`its first line names the column ${twice} twice`);
  if (!header.includes('id') || !header.includes('accountId'))
    throw unreadable('its first line must name the columns id and accountId');
  return [...header];
}

/** An empty cell says nothing. */
function lineJson(cells: Record<string, string>, number: number): string {
  const members = Object.entries(cells).filter(([, cell]) => cell !== '');
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
