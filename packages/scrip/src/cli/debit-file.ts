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

interface NumberedResult extends LineResult {
  readonly number: number;
}

interface Tally {
  /** Now, or when the same line was sent before: the replies are the same. */
  debited: number;
  refused: number;
  /** Lines that met a fault of the server. */
  failed: number;
  /** The first of those that were not debited. */
  readonly shown: NumberedResult[];
}

/** Lines in one request: as many as the server commits at once. */
const CHUNK_LINES = 1000;
/** Well below what a request may have. */
const CHUNK_CHARACTERS = 2_000_000;
const SHOWN_LINES = 20;

const START = '{"results":[';
const END = ']}';

/** Faults of the whole server, which the lines behind would meet as well. */
const FAULTS_OF_ALL: ReadonlySet<string | undefined> = new Set(['store-failed', 'closing', 'overloaded']);

const lineCount = ({ debited, refused, failed }: Tally) => debited + refused + failed;

/** Debits every line of a file. Each line's id makes it happen once, so that the same file can be sent again. */
export async function debitFile(
  file: string,
  { json = false, format }: ApiFlags & { readonly format?: LineFormat },
): Promise<void> {
  const client = connect();
  const { stream, sizeBytes } = await openInput(file);
  const progress = startProgress(sizeBytes);
  const tally: Tally = { debited: 0, refused: 0, failed: 0, shown: [] };
  let sentBytes = 0;
  let isRead = json;
  let isCut = false;
  let end = END;
  try {
    for await (const chunk of chunksOf(readDebitLines(stream, format ?? formatOf(file)))) {
      const results = await sendChunk(client, chunk);
      const begin = lineCount(tally) === 0 ? START : ',';
      count(tally, chunk, results.value);
      // What was begun is debited to its end, whoever still reads of it.
      if (isRead) isRead = await isTaken(`${begin}${results.json}`);
      sentBytes += chunk.reduce((sum, { json: line }) => sum + Buffer.byteLength(line) + 1, 0);
      progress.advance(sentBytes, lineCount(tally));
      isCut = results.value.some(({ code }) => FAULTS_OF_ALL.has(code));
      if (!isCut) continue;
      end = endWith(linesFailed(tally, { isCut }));
      break;
    }
  } catch (error) {
    const told = interrupted(error, tally);
    if (told instanceof CommandFailure) end = endWith(told);
    throw told;
  } finally {
    progress.stop();
    if (isRead && lineCount(tally) > 0) writeData(end);
  }
  if (!json) writeData(formatTally(tally));
  else if (lineCount(tally) === 0) writeData(`${START}${END}`);
  if (tally.failed > 0) throw linesFailed(tally, { isCut });
  if (tally.refused > 0) throw linesRefused(tally);
}

/** What ends the results where lines are missing behind them. */
function endWith(failure: CommandFailure): string {
  return `],"error":${JSON.stringify(renderFailure(failure))}}`;
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

function count(tally: Tally, chunk: readonly DebitLine[], results: readonly LineResult[]): void {
  for (const [index, result] of results.entries()) {
    if (result.status === 201) tally.debited += 1;
    else if (result.status >= 500) tally.failed += 1;
    else tally.refused += 1;
    if (result.status !== 201 && tally.shown.length < SHOWN_LINES)
      tally.shown.push({ ...result, number: chunk[index]?.number ?? 0 });
  }
}

function formatTally(tally: Tally): string {
  const { debited, refused, failed, shown } = tally;
  const record = formatRecord(
    [
      ['lines', `${lineCount(tally)}`],
      ['debited', `${debited}`],
      ['refused', `${refused}`],
      ...(failed === 0 ? [] : [['failed', `${failed}`] as const]),
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

function linesRefused(tally: Tally): CommandFailure {
  return CommandFailure.of(
    'lines-refused',
    `${tally.refused} of ${lineCount(tally)} lines were refused${shownPart(tally)}.`,
    { hint: `When what is wrong with them is put right, ${SEND_AGAIN}`, about: null },
  );
}

function linesFailed(tally: Tally, { isCut }: { isCut: boolean }): CommandFailure {
  const rest = isCut ? ', and it stopped there' : '';
  return CommandFailure.of(
    'lines-failed',
    `${tally.failed} of ${lineCount(tally)} lines met a fault of the server${shownPart(tally)}${rest}.`,
    { hint: `When the server is well again, ${SEND_AGAIN}`, about: null },
  );
}

function shownPart({ refused, failed, shown }: Tally): string {
  return refused + failed > shown.length
    ? ` (the first ${shown.length} that were not debited are shown)`
    : '';
}

/** Says how far it came: what was answered is kept. */
function interrupted(error: unknown, tally: Tally): unknown {
  if (!(error instanceof CommandFailure) || lineCount(tally) === 0) return error;
  return error.reworded(`${error.message} ${lineCount(tally)} lines were answered before.`, {
    hint: `Put it right, then ${SEND_AGAIN}`,
  });
}
