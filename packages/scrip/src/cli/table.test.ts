import { describe, expect, it } from 'vitest';
import { formatRecord, formatTable } from './table.ts';

const columns = [
  { header: 'NAME', value: ({ name }: { name: string | null }) => name },
  { header: 'AMOUNT', align: 'right', value: ({ amount }: { amount: string }) => amount },
] as const;
type Row = { name: string | null; amount: string };

describe('a table', () => {
  it('sets texts to the left and numbers to the right', () => {
    const rows: Row[] = [
      { name: 'a', amount: '1500' },
      { name: 'longer', amount: '0.2' },
    ];
    expect(formatTable<Row>(columns, rows)).toBe(
      ['NAME    AMOUNT', 'a         1500', 'longer     0.2'].join('\n'),
    );
  });

  it('counts the columns that a text takes on a terminal, and not its characters', () => {
    const rows: Row[] = [
      { name: '株式会社', amount: '1' },
      { name: 'e\u0301te\u0301', amount: '2' },
    ];
    expect(formatTable<Row>(columns, rows).split('\n')).toEqual([
      'NAME      AMOUNT',
      '株式会社       1',
      'e\u0301te\u0301            2',
    ]);
  });

  it('has its header alone where there are no rows', () => {
    expect(formatTable<Row>(columns, [])).toBe('NAME  AMOUNT');
  });

  it('paints the header and nothing else', () => {
    const rows: Row[] = [{ name: 'a', amount: '1' }];
    expect(formatTable<Row>(columns, rows, (text) => `<${text}>`)).toBe('<NAME  AMOUNT>\na          1');
  });

  it('shows what is not there as a dash', () => {
    expect(formatTable<Row>(columns, [{ name: null, amount: '' }])).toBe('NAME  AMOUNT\n-          -');
  });

  it('lets no text move the cursor, colour the terminal or break the line', () => {
    const rows: Row[] = [{ name: '\u{1b}[31mred\u{1b}[0m\nnext\u{9b}2J', amount: '1' }];
    const [, line = '', ...more] = formatTable<Row>(columns, rows).split('\n');
    expect(more).toEqual([]);
    // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(line).toContain('red');
  });

  it('lets no text turn the direction of the line, and leaves joined characters whole', () => {
    const turning = '\u{61c}\u{200e}\u{200f}\u{202a}\u{202e}\u{2066}\u{2069}';
    const rows: Row[] = [{ name: `a${turning}b👩‍💻`, amount: '1' }];
    const [, line = ''] = formatTable<Row>(columns, rows).split('\n');
    expect(line).not.toMatch(/\p{Bidi_Control}/u);
    expect(line).toMatch(/^a\u{fffd}{7}b👩‍💻 +1$/u);
  });
});

describe('a record', () => {
  it('aligns its values', () => {
    expect(
      formatRecord([
        ['id', 'a'],
        ['longer', null],
      ]),
    ).toBe('id      a\nlonger  -');
  });
});
