import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { median } from '../measure-rounds.ts';

/** The machine that the results are of. */
export interface MachineFacts {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly sqlite: string;
  /** Appends of 4 kB a second, each made durable before the next. */
  readonly fsyncsPerSecond: number;
  readonly fsyncMedianMs: number;
  /** Nothing on it is durable: a file system in memory. */
  readonly isInMemory: boolean;
}

const TMPFS = 0x01021994;
const APPEND_BYTES = 4096;

export function readMachineFacts(directory: string, fsyncSeconds: number): MachineFacts {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${type()} ${release()}`,
    node: process.versions.node,
    sqlite: process.versions['sqlite'] ?? 'unknown',
    ...measureFsyncs(join(directory, 'fsyncs'), fsyncSeconds),
    isInMemory: statfsSync(directory).type === TMPFS,
  };
}

function measureFsyncs(
  file: string,
  seconds: number,
): Pick<MachineFacts, 'fsyncsPerSecond' | 'fsyncMedianMs'> {
  const bytes = Buffer.alloc(APPEND_BYTES, 'x');
  const descriptor = openSync(file, 'w');
  const timesMs: number[] = [];
  const startedMs = performance.now();
  let endedMs = startedMs;
  while (endedMs < startedMs + seconds * 1000) {
    const fromMs = endedMs;
    writeSync(descriptor, bytes);
    fsyncSync(descriptor);
    endedMs = performance.now();
    timesMs.push(endedMs - fromMs);
  }
  closeSync(descriptor);
  rmSync(file);
  return {
    fsyncsPerSecond: Math.round((timesMs.length * 1000) / (endedMs - startedMs)),
    fsyncMedianMs: median(timesMs),
  };
}
