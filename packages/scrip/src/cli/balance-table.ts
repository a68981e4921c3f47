import { parseLenientMicros } from '@scrip/dialects';
import { vendorCard } from '../config/vendor-catalog.ts';
import { quantityFor } from '../core/rate-card.ts';
import { upcomingCell } from './cell.ts';
import { formatAge, formatSeconds } from './duration.ts';
import { type Column, formatTable } from './table.ts';
import type { PoolReading, Reading } from './target-balance.ts';
import { emphasise } from './terminal.ts';

interface BalanceRow {
  readonly reading: Reading;
  /** Null: an account that nobody has given credits is there, and has a line. */
  readonly pool: PoolReading | null;
}

/** Balances as people read them: accounts with what the ledger knows of them, vendors with what their credits buy. */
export function formatBalances(readings: readonly Reading[], nowMs: number): string {
  const rows = readings.flatMap((reading): BalanceRow[] =>
    reading.pools.length === 0 ? [{ reading, pool: null }] : reading.pools.map((pool) => ({ reading, pool })),
  );
  const hasVendor = readings.some(({ target }) => target.kind === 'vendor');
  const columns = hasVendor
    ? [
        ...commonColumns('TARGET'),
        ...filled(partColumns, rows),
        ...filled(accountColumns, rows),
        buysColumn,
        ageColumn(nowMs),
      ]
    : [
        ...commonColumns('ACCOUNT'),
        ...accountColumns.slice(0, 1),
        ...partColumns,
        ...accountColumns.slice(1),
      ];
  return formatTable(columns, rows, emphasise);
}

type BalanceColumn = Column<BalanceRow>;

function commonColumns(header: string): BalanceColumn[] {
  return [
    { header, value: ({ reading }) => reading.target.name },
    { header: 'POOL', value: ({ pool }) => pool?.pool ?? null },
    {
      header: 'AVAILABLE',
      align: 'right',
      value: ({ pool }) => (pool === null ? null : availableCell(pool)),
    },
    { header: 'UNIT', value: ({ pool }) => pool?.unit ?? null },
  ];
}

/** Unknown is not zero. */
export function availableCell({ available }: Pick<PoolReading, 'available'>): string {
  return available ?? 'unknown';
}

const partColumns: readonly BalanceColumn[] = [
  { header: 'ONE-TIME', align: 'right', value: ({ pool }) => pool?.oneTime ?? null },
  { header: 'RECURRING', align: 'right', value: ({ pool }) => pool?.recurring ?? null },
];

const accountColumns: readonly BalanceColumn[] = [
  { header: 'HELD', align: 'right', value: ({ pool }) => pool?.account?.held ?? null },
  { header: 'NEXT EXPIRY', value: ({ pool }) => upcomingCell(pool?.account?.nextExpiry ?? null) },
  { header: 'NEXT GRANT', value: ({ pool }) => upcomingCell(pool?.account?.nextGrant ?? null) },
];

/** The columns in which anything stands: few targets have all of them. */
function filled(columns: readonly BalanceColumn[], rows: readonly BalanceRow[]): BalanceColumn[] {
  return columns.filter(({ value }) => rows.some((row) => value(row) !== null));
}

const buysColumn: BalanceColumn = { header: 'BUYS', value: buysCell };

function ageColumn(nowMs: number): BalanceColumn {
  return { header: 'AGE', value: ({ reading }) => formatAge(Date.parse(reading.asOf), nowMs) };
}

/** What the pool buys if all of it goes to one action: as the vendor says it, or else by its published prices. */
function buysCell({ reading: { target }, pool }: BalanceRow): string | null {
  if (target.kind !== 'vendor' || pool === null || pool.available === null) return null;
  const buys = pool.buys?.map(({ action, quantity, unit }) => ({ action, quantity: BigInt(quantity), unit }));
  const listed = buys ?? pricedBuys(target.name, pool.pool, pool.available);
  if (listed === null) return 'unknown';
  return listed
    .map(
      ({ action, quantity, unit }) =>
        `${action} ${unit.startsWith('second') ? formatSeconds(quantity) : quantity}`,
    )
    .join(' or ');
}

/** Null where the amount cannot be read. */
function pricedBuys(vendor: Parameters<typeof vendorCard>[0], pool: string, available: string) {
  const availableMicros = parseLenientMicros(available);
  if (availableMicros === null) return null;
  return Object.entries(vendorCard(vendor).actions).flatMap(([action, price]) => {
    const quantity =
      price.pool === pool && availableMicros > 0n ? quantityFor(price, availableMicros) : undefined;
    return quantity === undefined ? [] : [{ action, quantity, unit: price.unit }];
  });
}
