import type { Results } from './results.ts';

/** What has to be known about a run before its figures. */
export function factLines({ startedAt, scale, machine }: Results): string[] {
  const { cpu, cores, memoryGiB, system, node, sqlite, fsyncsPerSecond, fsyncMedianMs } = machine;
  const lines = [
    `${startedAt}, ${scale.name} run; rounds: ${scale.rounds}, subject and peers in turn; what has no "min – max" was measured once, or over all rounds together`,
    `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${system}, Node ${node}, SQLite ${sqlite}; the load generator runs on the same machine`,
    `disk: ${fsyncsPerSecond.toLocaleString('en')} durable appends of 4 kB a second, one after the other (median ${fsyncMedianMs.toFixed(2)} ms)`,
  ];
  if (machine.isInMemory)
    lines.push(
      'The files were in memory (tmpfs): nothing here is durable, and no figure says anything about a disk.',
    );
  if (scale.name !== 'full')
    lines.push(
      'Sizes and times are smaller than those that the targets speak of: see each workload’s setup.',
    );
  return lines;
}
