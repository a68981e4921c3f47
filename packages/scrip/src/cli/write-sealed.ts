import {
  closeSync,
  createReadStream,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Anchor, ChainEnd } from '../ledger/anchor.ts';
import { encodeAnchor } from '../ledger/anchor.ts';
import { createChainEnds } from '../ledger/chain-ends.ts';
import type { NumberedEntry } from '../ledger/journal-line.ts';
import { encodeLine } from '../ledger/journal-line.ts';
import { createExportReader } from '../ledger/read-export.ts';
import { syncDirectory } from '../stores/sqlite/journal-target.ts';
import { CommandFailure, filesUnwritable } from './command-failure.ts';
import { readLines } from './read-lines.ts';

const CHUNK_CHARACTERS = 262_144;

/** A sealed file: an export of the entries after a number, written beside its place and put there when it is whole. */
export interface SealedFile {
  readonly write: (entry: NumberedEntry) => void;
  /** Reads it back, checks every entry, and gives the file its name. `from`: where the chains stood before it. */
  readonly finish: (anchor: Anchor, from: readonly ChainEnd[]) => Promise<void>;
}

/** Throws `CommandFailure` where there is another file; the part of one that was cut short is written over. */
export function createSealedFile(file: string, after: number): SealedFile {
  if (existsSync(file))
    throw CommandFailure.of('file-exists', `${file} exists already.`, {
      hint: 'Name another file. A sealed file that is there is an export, also where its seal was cut short.',
    });
  const part = `${file}.part`;
  const descriptor = openPart(part);
  let text = `${encodeLine({ kind: 'header', after })}\n`;
  const flush = () => {
    writeFileSync(descriptor, text);
    text = '';
  };
  return {
    write: (entry) => {
      text += `${encodeLine({ kind: 'entry', entry })}\n`;
      if (text.length > CHUNK_CHARACTERS) flush();
    },
    finish: async (anchor, from) => {
      text += `${encodeLine({ kind: 'end', anchor })}\n`;
      flush();
      fsyncSync(descriptor);
      closeSync(descriptor);
      await readBack(part, anchor, from);
      renameSync(part, file);
      syncDirectory(dirname(file));
    },
  };
}

function openPart(part: string): number {
  try {
    return openSync(part, 'w', 0o600);
  } catch (error) {
    throw filesUnwritable(error);
  }
}

async function readBack(file: string, anchor: Anchor, from: readonly ChainEnd[]): Promise<void> {
  const ends = createChainEnds(from);
  const reader = createExportReader(ends);
  let isText = true;
  for await (const { text } of readLines(createReadStream(file))) {
    isText &&= text !== null;
    reader.read(text ?? '');
  }
  if (!isText || !reader.isWhole() || encodeAnchor(ends.anchor()) !== encodeAnchor(anchor))
    throw new Error(`${file} reads otherwise than it was written: the disk cannot be trusted`);
}
