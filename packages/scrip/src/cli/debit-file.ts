import type { ApiFlags } from './api-command.ts';
import { connect } from './api-command.ts';
import type { ApiClient } from './api-client.ts';
import { CommandFailure } from './command-failure.ts';
import type { DebitLine, LineFormat } from './debit-lines.ts';
import { formatOf, readDebitLines } from './debit-lines.ts';
import { openInput } from './open-input.ts';
import { startProgress } from './progress.ts';
import { formatRecord, formatTable } from './table.ts';
import { renderFailure } from './target-balance.ts';
import { emphasise, ReaderGone, soften, writeData, writeWhole } from './terminal.ts';

/** What the API says of one line. */
interface LineResult {
  readonly id: string | null;
  readonly status: number;
  readonly code?: string;
  readonly detail?: string;
}

interface RefusedLine extends LineResult {
  readonly number: number;
}

interface Tally {
  /** Now, or when the same line was sent before: the replies are the same. */
  debited: number;
  refused: number;
  /** Lines that met a fault of the server. */
  unknown: number;
  /** The first of those that were refused. */
  readonly shown: RefusedLine[];
}

/** Lines in one request: as many as the server commits at once. */
const CHUNK_LINES = 1000;
/** Well below what a request may have. */
const CHUNK_CHARACTERS = 2_000_000;
const SHOWN_REFUSALS = 20;

const START = '{"results":[';
const END = ']}';

const linesOf = ({ debited, refused: refusals, unknown }: Tally) => debited + refusals + unknown;

/** Debits every line of a file. Each line's id makes it happen once, so that the same file can be sent again. */
export async function debitFile(
  file: string,
  { json = false, format }: ApiFlags & { readonly format?: LineFormat },
): Promise<void> {
  const client = connect();
  const { stream, sizeBytes } = await openInput(file);
  const progress = startProgress(sizeBytes);
  const tally: Tally = { debited: 0, refused: 0, unknown: 0, shown: [] };
  let sentBytes = 0;
  let isRead = json;
  let end = END;
  try {
    for await (const chunk of chunksOf(readDebitLines(stream, format ?? formatOf(file)))) {
      const results = await sendChunk(client, chunk);
      const begin = linesOf(tally) === 0 ? START : ',';
      const fault = count(tally, chunk, results.value);
      // What was begun is debited to its end, whoever still reads of it.
      if (isRead) isRead = await isTaken(`${begin}${results.json}`);
      // The lines behind would meet it as well.
      if (fault !== null) throw faultOf(fault, tally);
      sentBytes += chunk.reduce((sum, { json: line }) => sum + Buffer.byteLength(line) + 1, 0);
      progress.advance(sentBytes, linesOf(tally));
    }
  } catch (error) {
    const told = interrupted(error, tally);
    if (told instanceof CommandFailure) end = `],"error":${JSON.stringify(renderFailure(told))}}`;
    throw told;
  } finally {
    progress.stop();
    if (isRead && linesOf(tally) > 0) writeData(end);
  }
  if (!json) writeData(formatTally(tally));
  else if (linesOf(tally) === 0) writeData(`${START}${END}`);
  if (tally.refused > 0) throw refused(tally);
}

/** Writes a part of the reply; false where nobody reads any more. */
async function isTaken(text: string): Promise<boolean> {
  try {
    await writeWhole(text);
    return true;
  } catch (error) {
    if (error instanceof ReaderGone) return false;
    throw error;
  }
}

async function* chunksOf(lines: AsyncIterable<DebitLine>): AsyncGenerator<DebitLine[]> {
  let chunk: DebitLine[] = [];
  let characters = 0;
  for await (const line of lines) {
    if (
      chunk.length === CHUNK_LINES ||
      (chunk.length > 0 && characters + line.json.length > CHUNK_CHARACTERS)
    ) {
      yield chunk;
      chunk = [];
      characters = 0;
    }
    chunk.push(line);
    characters += line.json.length;
  }
  if (chunk.length > 0) yield chunk;
}

async function sendChunk(
  client: ApiClient,
  chunk: readonly DebitLine[],
): Promise<{ value: readonly LineResult[]; json: string }> {
  const { value, text } = await client.call<{ results: readonly LineResult[] }>({
    method: 'POST',
    path: ['debits'],
    body: chunk.map(({ json }) => json).join('\n'),
    contentType: 'application/x-ndjson',
    effect: 'once',
    needs: ['results'],
  });
  return { value: value.results, json: text.slice(START.length, -END.length) };
}

/** The first result that tells of a fault; null where none does. */
function count(tally: Tally, chunk: readonly DebitLine[], results: readonly LineResult[]): LineResult | null {
  let fault: LineResult | null = null;
  for (const [index, result] of results.entries())
    if (result.status === 201) tally.debited += 1;
    else if (result.status >= 500) {
      tally.unknown += 1;
      fault ??= result;
    } else {
      tally.refused += 1;
      if (tally.shown.length < SHOWN_REFUSALS)
        tally.shown.push({ ...result, number: chunk[index]?.number ?? 0 });
    }
  return fault;
}

function formatTally(tally: Tally): string {
  const { debited, refused: refusals, shown } = tally;
  const record = formatRecord(
    [
      ['lines', `${linesOf(tally)}`],
      ['debited', `${debited}`],
      ['refused', `${refusals}`],
    ],
    soften,
  );
  if (shown.length === 0) return record;
  const table = formatTable(
    [
      { header: 'LINE', align: 'right', value: ({ number }) => `${number}` },
      { header: 'ID', value: ({ id }) => id },
      { header: 'CODE', value: ({ code }) => code ?? null },
      { header: 'DETAIL', value: ({ detail }) => detail ?? null },
    ],
    shown,
    emphasise,
  );
  return `${record}\n\n${table}`;
}

const SEND_AGAIN = 'the same file can be sent again: lines that were debited are not debited twice.';

function refused(tally: Tally): CommandFailure {
  const { refused: refusals, shown } = tally;
  const more = refusals > shown.length ? ` (the first ${shown.length} are shown)` : '';
  return CommandFailure.of('lines-refused', `${refusals} of ${linesOf(tally)} lines were refused${more}.`, {
    hint: `When what is wrong with them is put right, ${SEND_AGAIN}`,
    about: null,
  });
}

function faultOf({ code }: LineResult, { unknown }: Tally): CommandFailure {
  return CommandFailure.of(
    'outcome-unknown',
    `Of ${unknown} lines the server did not tell (${code}): the change may have happened, or not.`,
  );
}

/** Says how far it came: what was answered is kept. */
function interrupted(error: unknown, tally: Tally): unknown {
  if (!(error instanceof CommandFailure) || linesOf(tally) === 0) return error;
  const answered = tally.debited + tally.refused;
  return error.reworded(`${error.message} ${answered} lines were answered before.`, {
    hint: `Put it right, then ${SEND_AGAIN}`,
  });
}
