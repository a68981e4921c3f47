import { basename } from 'node:path';
import { CommandFailure } from './command-failure.ts';
import { inputName, openInput } from './open-input.ts';
import { addLine, parsePositive, type PlanLine } from './plan.ts';

const COLUMNS = ['action', 'quantity'];
const SHOWN_LINES = 20;

/** A record and where it ends: lines count from 1 in the file. */
interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** Reads a campaign's CSV, `-` from standard input. Throws `CommandFailure` that names each bad line by its number. */
export async function readCampaign(file: string): Promise<PlanLine[]> {
  const name = inputName(file);
  const invalid = (reason: string) =>
    CommandFailure.of('campaign-invalid', `${name} cannot be read as a campaign: ${reason}.`);
  const lines = new Map<string, PlanLine>();
  const wrong: string[] = [];
  let header: readonly string[] | undefined;
  try {
    for await (const { record, info } of await records(file)) {
      if (header === undefined) {
        header = record;
        if (header.toSorted().join() !== COLUMNS.join())
          throw invalid(`its first line must be ${COLUMNS.join()}, and is ${JSON.stringify(header.join())}`);
        continue;
      }
      const place = `line ${info.lines}`;
      const read = readLine(header, record, `${place} of ${basename(name)}`);
      if (typeof read === 'string') wrong.push(`${place}: ${read}`);
      else addLine(lines, read);
    }
  } catch (error) {
    throw error instanceof CommandFailure ? error : invalid((error as Error).message);
  }
  if (wrong.length > SHOWN_LINES)
    wrong.splice(SHOWN_LINES, wrong.length, `${wrong.length - SHOWN_LINES} more`);
  if (wrong.length > 0) throw invalid(wrong.join('; '));
  if (lines.size === 0) throw invalid('it has no lines');
  return [...lines.values()];
}

async function records(file: string): Promise<AsyncIterable<Parsed>> {
  const [{ parse }, { stream }] = await Promise.all([import('csv-parse'), openInput(file)]);
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  });
  stream.on('error', (error) => parser.destroy(error));
  return stream.pipe(parser) as AsyncIterable<Parsed>;
}

/** The line, or what is wrong with it. */
function readLine(header: readonly string[], record: readonly string[], place: string): PlanLine | string {
  if (record.length !== header.length) return `it has ${record.length} cells, not ${header.length}`;
  const cell = (name: string) => (record[header.indexOf(name)] ?? '').trim();
  const action = cell('action');
  const quantityMicros = parsePositive(cell('quantity'));
  if (action === '') return 'the action is missing';
  if (quantityMicros === undefined)
    return `the quantity ${JSON.stringify(cell('quantity'))} is no plain decimal above 0 with at most 6 decimals`;
  return { action, quantityMicros, times: 1n, place };
}
