import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { createLedger } from '../../packages/scrip/src/ledger/ledger.ts';

/** One mistake in one place of the real source: this text instead of that. */
export interface Mistake {
  /** Below `packages/scrip/src`. */
  readonly file: `core/${string}.ts` | `ledger/${string}.ts`;
  readonly right: string;
  readonly wrong: string;
}

const source = join(import.meta.dirname, '../../packages/scrip/src');

/**
 * The ledger, made from a copy of the source with a mistake in it, so that the source itself needs no switch for it.
 * Throws when the text to be replaced is not there just once.
 */
export async function plantBug({ file, right, wrong }: Mistake): Promise<typeof createLedger> {
  const copy = mkdtempSync(join(tmpdir(), 'scrip-planted-'));
  try {
    for (const folder of ['core', 'ledger'])
      cpSync(join(source, folder), join(copy, folder), {
        recursive: true,
        filter: (path) => extname(path) === '' || (path.endsWith('.ts') && !path.endsWith('.test.ts')),
      });
    const text = readFileSync(join(copy, file), 'utf8');
    if (text.split(right).length !== 2)
      throw new Error(`no bug can be planted in ${file}: this is not there just once: ${right}`);
    writeFileSync(
      join(copy, file),
      text.replace(right, () => wrong),
    );
    const url = pathToFileURL(join(copy, 'ledger/ledger.ts')).href;
    const planted = (await import(/* @vite-ignore */ url)) as { createLedger: typeof createLedger };
    return planted.createLedger;
  } finally {
    rmSync(copy, { recursive: true });
  }
}
