import type { Readable } from 'node:stream';
import { precisionMicros } from '../core/credits.ts';
import type { PoolTerms } from '../core/rate-card.ts';
import type { Issue } from '../server/problem.ts';
import { readMicros } from '../server/read/amount.ts';
import { readInstant } from '../server/read/instant.ts';
import { checkAccountId, checkText, checkTimezone } from '../server/read/text.ts';
import { CommandFailure } from './command-failure.ts';
import type { CsvRecord } from './csv-records.ts';
import { headerFlaw, readCsvRecords } from './csv-records.ts';

/** A balance that an account starts with. */
export interface OpeningGrant {
  /** The line that it stands in. */
  readonly line: number;
  readonly pool: string;
  readonly amountMicros: bigint;
  readonly expiresAtMs: number | null;
}

/** An account and its balances, out of one line or of several with different pools. */
export interface Opening {
  readonly line: number;
  readonly accountId: string;
  readonly name: string | null;
  readonly timezone: string | null;
  readonly grants: OpeningGrant[];
}

export interface BadRow {
  readonly line: number;
  /** Null: the line as a whole. */
  readonly column: string | null;
  readonly detail: string;
}

export interface OpeningRows {
  readonly lines: number;
  readonly openings: readonly Opening[];
  readonly bad: readonly BadRow[];
}

interface Terms {
  /** Of rows that name none. */
  readonly defaultPool: string;
  readonly pools: readonly PoolTerms[];
  readonly nowMs: number;
}

const COLUMNS = ['id', 'name', 'balance', 'pool', 'timezone', 'expiresAt'] as const;
type Column = (typeof COLUMNS)[number];
type Cells = Readonly<Partial<Record<Column, string>>>;

const MAX_NAME_CHARACTERS = 200;

/** Reads a whole file and checks every line of it. Throws `CommandFailure` for what cannot be read as CSV at all. */
export async function readOpeningRows(stream: Readable, terms: Terms): Promise<OpeningRows> {
  const openings = new Map<string, Opening>();
  const bad: BadRow[] = [];
  let lines = 0;
  let header: readonly Column[] | null = null;
  for await (const { line, cells } of readRecords(stream)) {
    if (header === null) {
      header = readHeader(cells);
      continue;
    }
    lines += 1;
    if (cells.length === header.length) addRow(toCells(header, cells), { line, terms, openings, bad });
    else
      bad.push({
        line,
        column: null,
        detail: `has ${cells.length} cells, and the first line ${header.length}.`,
      });
  }
  if (header === null) throw unreadable('it is empty');
  return { lines, openings: [...openings.values()], bad };
}

async function* readRecords(stream: Readable): AsyncGenerator<CsvRecord> {
  try {
    yield* readCsvRecords(stream);
  } catch (error) {
    throw error instanceof CommandFailure ? error : unreadable((error as Error).message);
  }
}

function readHeader(cells: readonly string[]): readonly Column[] {
  const flaw = headerFlaw(cells, { columns: COLUMNS, needed: ['id', 'balance'] });
  if (flaw !== null) throw unreadable(flaw);
  return cells as readonly Column[];
}

/** An empty cell says nothing. */
function toCells(header: readonly Column[], cells: readonly string[]): Cells {
  return Object.fromEntries(
    header.map((column, at) => [column, cells[at]] as const).filter(([, cell]) => cell !== ''),
  );
}

interface Rows {
  readonly line: number;
  readonly terms: Terms;
  readonly openings: Map<string, Opening>;
  readonly bad: BadRow[];
}

function addRow(cells: Cells, { line, terms, openings, bad }: Rows): void {
  const issues: Issue[] = [];
  const { id: accountId = '', name = null, timezone = null } = cells;
  if (accountId === '') issues.push({ pointer: 'id', detail: 'is empty.' });
  else checkAccountId(accountId, 'id', issues);
  const grant = readGrant(cells, { line, terms }, issues);
  checkText(name, 'name', issues);
  if ((name?.length ?? 0) > MAX_NAME_CHARACTERS)
    issues.push({ pointer: 'name', detail: `must have at most ${MAX_NAME_CHARACTERS} characters.` });
  checkTimezone(timezone ?? undefined, 'timezone', issues);
  const before = openings.get(accountId);
  const row = { line, accountId, name, timezone, grants: [grant] };
  if (before !== undefined) checkSecond(before, row, issues);
  bad.push(...issues.map(({ pointer, detail }) => ({ line, column: pointer, detail })));
  if (issues.length > 0) return;
  if (before === undefined) openings.set(accountId, row);
  else before.grants.push(grant);
}

function readGrant(
  cells: Cells,
  { line, terms }: { line: number; terms: Terms },
  issues: Issue[],
): OpeningGrant {
  const { pool = terms.defaultPool, balance, expiresAt } = cells;
  const poolTerms = terms.pools.find(({ id }) => id === pool);
  if (poolTerms === undefined) {
    const known = terms.pools.map(({ id }) => id).join(', ');
    issues.push({ pointer: 'pool', detail: `is "${pool}", and the rate card has ${known}.` });
  }
  if (balance === undefined) issues.push({ pointer: 'balance', detail: 'is empty.' });
  const amountMicros = balance === undefined ? 0n : readMicros(balance, 'balance', issues);
  const decimals = poolTerms?.decimals ?? 0;
  if (poolTerms !== undefined && amountMicros % precisionMicros(decimals) !== 0n)
    issues.push({
      pointer: 'balance',
      detail: `has more than the ${decimals} decimals of the pool ${pool}.`,
    });
  const expiresAtMs = expiresAt === undefined ? null : readInstant(expiresAt, 'expiresAt', issues);
  if (expiresAtMs !== null && expiresAtMs > 0 && expiresAtMs <= terms.nowMs)
    issues.push({ pointer: 'expiresAt', detail: 'is in the past.' });
  return { line, pool, amountMicros, expiresAtMs };
}

/** A second line of an account adds another pool, and nothing else. */
function checkSecond(before: Opening, { name, timezone, grants: [grant] }: Opening, issues: Issue[]): void {
  const same = before.grants.find(({ pool }) => pool === grant?.pool);
  if (same !== undefined)
    issues.push({
      pointer: 'id',
      detail: `stands in line ${same.line} already, with the pool ${same.pool}.`,
    });
  if (name !== null && name !== before.name)
    issues.push({ pointer: 'name', detail: `is another than in line ${before.line}.` });
  if (timezone !== null && timezone !== before.timezone)
    issues.push({ pointer: 'timezone', detail: `is another than in line ${before.line}.` });
}

function unreadable(reason: string): CommandFailure {
  return CommandFailure.of('balances-invalid', `The file cannot be read as balances: ${reason}.`);
}
