import { Readable } from 'node:stream';

export interface CsvRecord {
  /** Where it ends: lines count from 1 in the file. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A quote that is never closed takes all that follows it into one record. */
const MAX_RECORD_MIB = 1;

/** The records of a CSV, the first line among them. Throws an error whose message says why it is none. */
export async function* readCsvRecords(stream: Readable): AsyncGenerator<CsvRecord> {
  const { parse } = await import('csv-parse');
  let lastLine = 0;
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_RECORD_MIB * 1024 * 1024,
    // What was read before an error does not come out: here it is met at once.
    on_record: (found: string[], { lines }) => {
      lastLine = lines;
      return found;
    },
  });
  const text = Readable.from(decode(stream));
  text.on('error', (error) => parser.destroy(error));
  try {
    for await (const found of text.pipe(parser)) {
      const { record, info } = found as { record: string[]; info: { lines: number } };
      yield { line: info.lines, cells: record };
    }
  } catch (error) {
    throw inOwnWords(error as Error & { readonly code?: unknown }, lastLine + 1);
  }
}

/** The parser names the line in which it noticed. `line`: where the record begins, or empty lines before it. */
function inOwnWords(error: Error & { readonly code?: unknown }, line: number): Error {
  const code = String(error.code);
  if (code === 'CSV_MAX_RECORD_SIZE')
    return new Error(
      `a record in line ${line} or after is longer than ${MAX_RECORD_MIB} MiB: is a quote not closed?`,
    );
  return /QUOTE/.test(code)
    ? new Error(`a quote in line ${line} or after is not closed, or stands amid a cell`)
    : error;
}

/** What is wrong with the names in a first line; null where nothing is. */
export function headerFlaw(
  header: readonly string[],
  { columns, needed }: { readonly columns: readonly string[]; readonly needed: readonly string[] },
): string | null {
  if (header.length === 1 && /[;\t]/.test(header[0] ?? ''))
    return 'its first line has no commas: columns are separated by commas';
  if (header.includes('')) return 'its first line has an unnamed column';
  const unknown = header.filter((name) => !columns.includes(name));
  if (unknown.length > 0)
    return `its first line names ${unknown.join(', ')}, and may name ${columns.join(', ')}`;
  const twice = header.find((name, at) => header.indexOf(name) < at);
  if (twice !== undefined) return `its first line names the column ${twice} twice`;
  return needed.every((name) => header.includes(name))
    ? null
    : `its first line must name the columns ${needed.join(' and ')}`;
}

async function* decode(stream: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    for await (const chunk of stream) yield decoder.decode(chunk as Buffer, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw error instanceof TypeError ? new Error('it is not UTF-8: save it as "CSV UTF-8"') : error;
  }
}
