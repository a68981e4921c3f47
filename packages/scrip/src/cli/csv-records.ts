import { Readable } from 'node:stream';

export interface CsvRecord {
  /** Where it ends: lines count from 1 in the file. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** The records of a CSV, the first line among them. Throws an error whose message says why it is none. */
export async function* readCsvRecords(stream: Readable): AsyncGenerator<CsvRecord> {
  const { parse } = await import('csv-parse');
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  });
  const text = decoded(stream);
  text.on('error', (error) => parser.destroy(error));
  for await (const found of text.pipe(parser)) {
    const { record, info } = found as { record: string[]; info: { lines: number } };
    yield { line: info.lines, cells: record };
  }
}

/** The text of a file's bytes. Fails with an error whose message says so where they are not UTF-8. */
export function decoded(stream: Readable): Readable {
  return Readable.from(decode(stream));
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
