import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openJournalSource } from '../packages/scrip/src/stores/sqlite/journal-source.ts';
import { copyOf, dayMs, makeAgedLedger, openAged, tell } from './support/aged-ledger.ts';
import { runScrip } from './support/run-scrip.ts';

const BEFORE = new Date(dayMs(50)).toISOString();
let original: string;
let expected: Awaited<ReturnType<typeof tell>>;
const directories: string[] = [];

function another(): string {
  const directory = copyOf(original);
  directories.push(directory);
  return directory;
}

beforeAll(async () => {
  original = await makeAgedLedger();
  directories.push(original);
  const control = await openAged(another(), 100);
  expected = await tell(control, 80);
  await control.close();
});
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function sealedAfter(directory: string): number {
  const source = openJournalSource(join(directory, 'journal.db'));
  source.close();
  return source.sealed.after;
}

/** The ledger tells what it told before. */
async function expectWhole(directory: string): Promise<void> {
  const aged = await openAged(directory, 100);
  expect(await tell(aged, 80)).toEqual(expected);
  await aged.close();
}

/** What was cut short can be done again, or has been done. */
async function sealAgain(directory: string): Promise<void> {
  const file = join(directory, 'again.ndjson');
  const again = await runScrip(['seal', '--before', BEFORE, '--to', file, '--data', directory]);
  expect(again.code, again.err).toBe(0);
  expect(sealedAfter(directory)).toBeGreaterThan(60);
  const journal = new DatabaseSync(join(directory, 'journal.db'), { readOnly: true });
  expect(journal.prepare('PRAGMA freelist_count').get()).toEqual({ freelist_count: 0 });
  journal.close();
  await expectWhole(directory);
}

describe('a seal that is cut short', () => {
  it.each([
    ['writing', false],
    ['written', false],
    ['committing', false],
    ['committed', true],
    ['shrinking', true],
  ])('while %s leaves the whole ledger or the sealed one', async (moment, isSealed) => {
    const directory = another();
    const file = join(directory, 'sealed.ndjson');
    const words = [moment, '--before', BEFORE, '--to', file, '--data', directory];
    const child = spawn(process.execPath, [join(import.meta.dirname, 'seal-crash-child.ts'), ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
    expect(signal).toBe('SIGKILL');
    expect(sealedAfter(directory) > 0).toBe(isSealed);
    expect(existsSync(file)).toBe(moment !== 'writing');
    await expectWhole(directory);
    if (moment === 'written' || moment === 'shrinking') await sealAgain(directory);
  });
});
