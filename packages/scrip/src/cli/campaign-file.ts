import { basename } from 'node:path';
import { CommandFailure } from './command-failure.ts';
import { readCsvRecords } from './csv-records.ts';
import { inputName, openInput } from './open-input.ts';
import { addLine, isTooLarge, parsePositive, type PlanLine, TOO_LARGE } from './plan.ts';

const COLUMNS = ['action', 'quantity'];
const SHOWN_LINES = 20;

/** Reads a campaign's CSV, `-` from standard input. Throws `CommandFailure` that names each bad line by its number. */
export async function readCampaign(file: string): Promise<PlanLine[]> {
  const name = inputName(file);
  const invalid = (reason: string) =>
    CommandFailure.of('campaign-invalid', `${name} cannot be read as a campaign: ${reason}.`);
  const lines = new Map<string, PlanLine>();
  const wrong: string[] = [];
  let header: readonly string[] | undefined;
  try {
    const { stream } = await openInput(file);
    for await (const { line, cells } of readCsvRecords(stream)) {
      if (header === undefined) {
        header = cells;
        if (header.toSorted().join() !== COLUMNS.join())
          throw invalid(`its first line must be ${COLUMNS.join()}, and is ${JSON.stringify(header.join())}`);
        continue;
      }
      const place = `line ${line}`;
      const read = readLine(header, cells, `${place} of ${basename(name)}`);
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

/** The line, or what is wrong with it. */
function readLine(header: readonly string[], record: readonly string[], place: string): PlanLine | string {
  if (record.length !== header.length) return `it has ${record.length} cells, not ${header.length}`;
  const cell = (name: string) => (record[header.indexOf(name)] ?? '').trim();
  const action = cell('action');
  const quantityMicros = parsePositive(cell('quantity'));
  if (action === '') return 'the action is missing';
  if (quantityMicros === undefined)
    return `the quantity ${JSON.stringify(cell('quantity'))} ${isTooLarge(cell('quantity')) ? TOO_LARGE : 'is no plain decimal above 0 with at most 6 decimals'}`;
  return { action, quantityMicros, times: 1n, place };
}
