import { encodeAnchor } from './anchor.ts';
import type { ChainEnds } from './chain-ends.ts';
import type { NumberedEntry } from './journal-line.ts';
import { BadLine, decodeLine } from './journal-line.ts';

/** Reads one export line by line: its header, its entries, and its end. */
export interface ExportReader {
  /** The entry that the line holds, checked with all before it. Throws `BadLine` or `WrongEntry`. */
  readonly read: (text: string) => NumberedEntry | null;
  /** The end has been read, and fits. */
  readonly isWhole: () => boolean;
}

/** The reader of an export that goes on where the chains end now. */
export function createExportReader(ends: ChainEnds): ExportReader {
  let expected: 'header' | 'entry' | 'nothing' = 'header';
  return {
    read: (text) => {
      if (expected === 'nothing' && text.trim() === '') return null;
      const line = decodeLine(text);
      if (expected === 'nothing') throw new BadLine('stands after the end of the export');
      if ((line.kind === 'header') !== (expected === 'header'))
        throw new BadLine(expected === 'header' ? 'is not the header of an export' : 'is a second header');
      switch (line.kind) {
        case 'header':
          checkStart(line.after, ends.entries());
          expected = 'entry';
          return null;
        case 'entry':
          ends.add(line.entry);
          return line.entry;
        case 'end':
          if (encodeAnchor(line.anchor) !== encodeAnchor(ends.anchor()))
            throw new BadLine(
              `ends an export whose anchor is ${encodeAnchor(line.anchor)}, and the entries before it come to ${encodeAnchor(ends.anchor())}`,
            );
          expected = 'nothing';
          return null;
      }
    },
    isWhole: () => expected === 'nothing',
  };
}

function checkStart(after: number, entries: number): void {
  if (after === entries) return;
  throw new BadLine(
    entries === 0
      ? `starts an export of what came after entry ${after}: name the export of the entries up to there before it`
      : `starts an export of what came after entry ${after}, and the one before it ended with entry ${entries}`,
    { isOutOfOrder: true },
  );
}
