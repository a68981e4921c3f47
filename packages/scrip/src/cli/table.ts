import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'string-width';

/** One column: its name, its side, and what stands in it; null stands as a dash. */
export interface Column<Row> {
  readonly header: string;
  readonly align?: 'left' | 'right';
  readonly value: (row: Row) => string | null;
}

export type Paint = (text: string) => string;

const GAP = '  ';
const NONE = '-';

/** Lines of aligned columns, without a line break at the end; widths are those on a terminal. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  paintHeader: Paint = (text) => text,
): string {
  const head = columns.map(({ header }) => header);
  const cells = rows.map((row) => columns.map(({ value }) => printable(value(row))));
  const widths = columns.map((_, index) =>
    [head, ...cells].reduce((widest, line) => Math.max(widest, stringWidth(line[index] ?? '')), 0),
  );
  const layOut = (line: readonly string[]) =>
    columns
      .map(({ align }, index) => pad(line[index] ?? '', widths[index] ?? 0, align ?? 'left'))
      .join(GAP)
      .trimEnd();
  return [paintHeader(layOut(head)), ...cells.map(layOut)].join('\n');
}

/** One thing, a line for each of its members. */
export function formatRecord(
  members: readonly (readonly [name: string, value: string | null])[],
  paintName: Paint = (text) => text,
): string {
  const width = Math.max(...members.map(([name]) => stringWidth(name)));
  return members
    .map(([name, value]) => `${paintName(pad(name, width, 'left'))}${GAP}${printable(value)}`)
    .join('\n');
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'left' ? `${text}${space}` : `${space}${text}`;
}

/** More than a line can show; to look for control sequences takes a time that grows with the square of a text's length. */
const MOST_CHARACTERS = 5000;

/** What comes from elsewhere can neither move the cursor nor break the line, nor turn the direction of the columns after it. */
function printable(text: string | null): string {
  if (text === null || text === '') return NONE;
  const shown = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
  return stripVTControlCharacters(shown).replaceAll(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, '\u{fffd}');
}
