import { Gauge, Registry } from '@prometheus-io/client';
import type { TargetBalance } from './target-balance.ts';

/**
 * Balances in the format of a textfile for Prometheus's node exporter. What is unknown, or could not be read, has no
 * line: a 0 there would be a balance.
 */
export async function formatMetrics(balances: readonly TargetBalance[]): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  const available = new Gauge({
    name: 'scrip_balance_available',
    help: 'What can be spent now. Unknown is absent.',
    labelNames: ['target', 'pool', 'unit'] as const,
    registers,
  });
  const parts = new Gauge({
    name: 'scrip_balance_available_by_kind',
    help: 'The one-time and the recurring part of what can be spent, where they are told apart.',
    labelNames: ['target', 'pool', 'unit', 'kind'] as const,
    registers,
  });
  const success = new Gauge({
    name: 'scrip_balance_read_success',
    help: '1 where the balance was read, 0 where it could not be.',
    labelNames: ['target'] as const,
    registers,
  });
  const time = new Gauge({
    name: 'scrip_balance_read_timestamp_seconds',
    help: 'When the balance was read. Absent where it could not be.',
    labelNames: ['target'] as const,
    registers,
  });
  for (const read of balances) {
    const target = read.target.name;
    success.set({ target }, 'failure' in read ? 0 : 1);
    if ('failure' in read) continue;
    time.set({ target }, Date.parse(read.asOf) / 1000);
    for (const { pool, unit, available: amount, oneTime, recurring } of read.pools) {
      const labels = { target, pool, unit };
      // Prometheus keeps every value as a double: the amount becomes the nearest one here, and not later.
      if (amount !== null) available.set(labels, Number(amount));
      if (oneTime !== undefined) parts.set({ ...labels, kind: 'one-time' }, Number(oneTime));
      if (recurring !== undefined) parts.set({ ...labels, kind: 'recurring' }, Number(recurring));
    }
  }
  return registry.metrics();
}
