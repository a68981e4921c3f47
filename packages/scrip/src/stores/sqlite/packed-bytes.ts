/**
 * Numbers and texts as bytes, for what stays in this process: nothing written here is ever stored, so that the form may
 * change from one version to the next.
 *
 * A number is a varint of twice its value; its odd codes say that something else follows.
 */
const NULL = 3;
const FOLLOWS = 1;
const MOST_VARINT = 2 ** 52;
const MOST_VARINT_MICROS = BigInt(MOST_VARINT);

/** A text is a varint of four times its bytes, and how they are written. */
const FORMS = ['latin1', 'utf16le', 'hex'] as const;
const DIGEST = /^[0-9a-f]{64}$/;
const ONE_BYTE = /^[ -~\xa0-\xff]*$/;

export interface PackWriter {
  readonly number: (value: number | null) => void;
  readonly micros: (value: bigint | null) => void;
  readonly text: (value: string | null) => void;
  readonly list: <T>(values: readonly T[], write: (value: T) => void) => void;
  /** What was written since it was last taken; lasts until the next write. */
  readonly take: () => Uint8Array;
}

export function createPackWriter(): PackWriter {
  let bytes = Buffer.alloc(4096);
  let end = 0;

  function makeRoom(count: number): void {
    if (end + count <= bytes.length) return;
    const longer = Buffer.alloc(Math.max(bytes.length * 2, end + count));
    bytes.copy(longer, 0, 0, end);
    bytes = longer;
  }

  function varint(value: number): void {
    makeRoom(8);
    let rest = value;
    for (; rest >= 2 ** 31; rest = Math.floor(rest / 128)) bytes[end++] = (rest % 128) | 128;
    for (; rest >= 128; rest >>>= 7) bytes[end++] = (rest & 127) | 128;
    bytes[end++] = rest;
  }

  function text(value: string | null): void {
    if (value === null) {
      varint(NULL);
      return;
    }
    const form = DIGEST.test(value) ? 'hex' : ONE_BYTE.test(value) ? 'latin1' : 'utf16le';
    const count = Buffer.byteLength(value, form);
    varint(count * 4 + FORMS.indexOf(form));
    makeRoom(count);
    end += bytes.write(value, end, form);
  }

  return {
    number: (value) => {
      if (value === null) varint(NULL);
      else if (Number.isInteger(value) && value >= 0 && value <= MOST_VARINT) varint(value * 2);
      else {
        varint(FOLLOWS);
        makeRoom(8);
        end = bytes.writeDoubleLE(value, end);
      }
    },
    micros: (value) => {
      if (value === null) varint(NULL);
      else if (value >= 0n && value <= MOST_VARINT_MICROS) varint(Number(value) * 2);
      else {
        varint(FOLLOWS);
        text(value.toString());
      }
    },
    text,
    list: (values, write) => {
      varint(values.length);
      for (const value of values) write(value);
    },
    take: () => {
      const taken = bytes.subarray(0, end);
      end = 0;
      return taken;
    },
  };
}

export interface PackReader {
  readonly open: (bytes: Buffer, start: number) => void;
  readonly number: () => number | null;
  readonly micros: () => bigint | null;
  readonly text: () => string | null;
  readonly list: <T>(read: () => T) => readonly T[];
}

/** Nothing can be added to it: the lists of all that was read share it. */
const NONE: readonly never[] = Object.freeze([]);

/** Reads what a writer wrote, in the same order. */
export function createPackReader(): PackReader {
  let bytes: Buffer = Buffer.alloc(0);
  let at = 0;

  function varint(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = bytes[at++] ?? 0;
      if (byte < 128) return value + byte * unit;
      value += (byte - 128) * unit;
      unit *= 128;
    }
  }

  function text(): string | null {
    const code = varint();
    if (code === NULL) return null;
    const start = at;
    at += Math.floor(code / 4);
    return bytes.toString(FORMS[code % 4], start, at);
  }

  return {
    open: (source, start) => {
      bytes = source;
      at = start;
    },
    number: () => {
      const code = varint();
      if (code % 2 === 0) return code / 2;
      if (code === NULL) return null;
      at += 8;
      return bytes.readDoubleLE(at - 8);
    },
    micros: () => {
      const code = varint();
      if (code % 2 === 0) return BigInt(code / 2);
      return code === NULL ? null : BigInt(text() ?? '');
    },
    text,
    list: (read) => {
      const count = varint();
      return count === 0 ? NONE : Array.from({ length: count }, read);
    },
  };
}
