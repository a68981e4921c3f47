/** Rows of numbers, one after the other, in an array that grows: no object for a row. */
export interface RowBuffer {
  readonly columns: number;
  numbers: Float64Array;
  /** Numbers that are there. */
  length: number;
}

const MOST_COLUMNS = 5;

export function createRowBuffer(columns: number): RowBuffer {
  return { columns, numbers: new Float64Array(MOST_COLUMNS), length: 0 };
}

export function addRow(
  buffer: RowBuffer,
  first: number,
  second: number,
  third = 0,
  fourth = 0,
  fifth = 0,
): void {
  const at = buffer.length;
  if (at + MOST_COLUMNS > buffer.numbers.length) {
    const grown = new Float64Array(buffer.numbers.length * 2);
    grown.set(buffer.numbers);
    buffer.numbers = grown;
  }
  const { numbers } = buffer;
  numbers[at] = first;
  numbers[at + 1] = second;
  // What a narrower row does not have is written over by the next one.
  numbers[at + 2] = third;
  numbers[at + 3] = fourth;
  numbers[at + 4] = fifth;
  buffer.length = at + buffer.columns;
}

/** The rows by their first two numbers; those that have both in common stay as they were added. */
export function sortRows({ columns, numbers, length }: RowBuffer): Float64Array {
  const order = sortedOrder({ columns, numbers, length });
  const sorted = new Float64Array(length);
  for (let row = 0; row < order.length; row += 1) {
    const from = (order[row] as number) * columns;
    const to = row * columns;
    for (let column = 0; column < columns; column += 1)
      sorted[to + column] = numbers[from + column] as number;
  }
  return sorted;
}

/**
 * The first number and the row's own place go into one number each, so that the engine sorts plain numbers. The lowest
 * bits of the first number give way to the place: rows that are alike without them are sorted by comparing.
 */
function sortedOrder({ columns, numbers, length }: RowBuffer): Uint32Array {
  const count = length / columns;
  const places = 2 ** Math.ceil(Math.log2(count + 1));
  const packed = new Float64Array(count);
  for (let row = 0; row < count; row += 1)
    packed[row] = Math.floor((numbers[row * columns] as number) / places) * places + row;
  packed.sort();
  const order = new Uint32Array(count);
  for (let row = 0; row < count; row += 1) order[row] = (packed[row] as number) % places;

  const compare = (a: number, b: number) => {
    const [atA, atB] = [a * columns, b * columns];
    const byFirst = (numbers[atA] as number) - (numbers[atB] as number);
    return byFirst === 0 ? (numbers[atA + 1] as number) - (numbers[atB + 1] as number) || a - b : byFirst;
  };
  for (let start = 0; start < count;) {
    const top = (packed[start] as number) - (order[start] as number);
    let isSorted = true;
    let end = start + 1;
    for (; end < count && (packed[end] as number) - (order[end] as number) === top; end += 1)
      isSorted &&= compare(order[end - 1] as number, order[end] as number) < 0;
    if (!isSorted) order.subarray(start, end).sort(compare);
    start = end;
  }
  return order;
}
