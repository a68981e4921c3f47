import { cursorTo, clearScreenDown, moveCursor } from 'node:readline';
import stringWidth from 'string-width';
import { availableCell } from './balance-table.ts';
import { timeCell } from './cell.ts';
import { formatAge } from './duration.ts';
import { type Column, formatTable } from './table.ts';
import { type PoolReading, renderFailure, renderPools } from './target-balance.ts';
import type { Watched } from './watch-targets.ts';

/** Shows what is watched, for as long as it is. */
export interface WatchView {
  readonly show: (watched: Watched) => void;
  readonly stop: () => void;
}

/** A line of JSON for each reading: as of when the pools are, and why there is nothing newer. */
export function renderWatched({ target, askedAtMs, last, failure }: Watched): string {
  return JSON.stringify({
    at: timeOf(askedAtMs),
    target: target.name,
    asOf: last?.asOf ?? null,
    pools: last === null ? [] : renderPools(last),
    ...(failure === null ? {} : { error: renderFailure(failure) }),
  });
}

/** A line of text for each reading. */
export function formatWatched({ target, askedAtMs, last, failure }: Watched): string {
  const amounts = last?.pools.map((pool) => `${pool.pool}=${availableCell(pool)}`).join(' ') ?? '';
  const head = `${timeCell(timeOf(askedAtMs))} ${target.name}`;
  if (failure === null) return `${head} ${amounts === '' ? 'no pools' : amounts}`;
  const known = last === null ? 'never read' : `last ${amounts} at ${timeCell(last.asOf)}`;
  return `${head} not read, ${known}: ${failure.message}`;
}

function timeOf(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString();
}

interface WatchRow {
  readonly watched: Watched;
  readonly pool: PoolReading | null;
}

/** The table as it is now. A value that could not be read anew stays, with its age and the reason. */
export function formatWatchTable(all: readonly Watched[], nowMs: number): string {
  const rows = all.flatMap((watched): WatchRow[] =>
    watched.last === null || watched.last.pools.length === 0
      ? [{ watched, pool: null }]
      : watched.last.pools.map((pool) => ({ watched, pool })),
  );
  const columns: Column<WatchRow>[] = [
    { header: 'TARGET', value: ({ watched }) => watched.target.name },
    { header: 'POOL', value: ({ pool }) => pool?.pool ?? null },
    {
      header: 'AVAILABLE',
      align: 'right',
      value: ({ pool, watched: { last } }) =>
        pool === null ? (last === null ? 'unknown' : null) : availableCell(pool),
    },
    { header: 'UNIT', value: ({ pool }) => pool?.unit ?? null },
    {
      header: 'AGE',
      align: 'right',
      value: ({ watched: { last } }) => (last === null ? null : formatAge(Date.parse(last.asOf), nowMs)),
    },
    { header: 'STATE', value: ({ watched }) => stateOf(watched) },
  ];
  return formatTable(columns, rows);
}

function stateOf({ askedAtMs, failure }: Watched): string {
  if (askedAtMs === null) return 'reading';
  return failure === null ? 'read' : failure.message;
}

/** Draws the table over itself on a terminal, also every second while nothing is read: ages grow. */
export function createLiveTable(
  first: readonly Watched[],
  { stream, nowMs }: { stream: NodeJS.WriteStream; nowMs: () => number },
): WatchView {
  const all = new Map<string, Watched>(first.map((watched) => [watched.target.name, watched]));
  let drawnLines = 0;
  const draw = () => {
    // Some terminals have no size.
    const columns = stream.columns || 80;
    const rows = stream.rows || 24;
    // A line that wraps, or a table that scrolls, could not be drawn over.
    const table = formatWatchTable([...all.values()], nowMs()).split('\n');
    const lines = cutToHeight(table, Math.max(1, rows - 1)).map((line) => cutToWidth(line, columns));
    if (drawnLines > 0) moveCursor(stream, 0, -drawnLines);
    cursorTo(stream, 0);
    clearScreenDown(stream);
    stream.write(`${lines.join('\n')}\n`);
    drawnLines = lines.length;
  };
  draw();
  const timer = setInterval(draw, 1000);
  return {
    show: (watched) => {
      all.set(watched.target.name, watched);
      draw();
    },
    stop: () => clearInterval(timer),
  };
}

/** What there is no room for is counted: a target that cannot be read may be among it. */
export function cutToHeight(lines: readonly string[], height: number): readonly string[] {
  if (lines.length <= height) return lines;
  const shown = lines.slice(0, height - 1);
  return [...shown, `… and ${lines.length - shown.length} more lines: make the window taller.`];
}

function cutToWidth(line: string, columns: number): string {
  let cut = '';
  let width = 0;
  for (const character of line) {
    width += stringWidth(character);
    if (width > columns) break;
    cut += character;
  }
  return cut;
}
