import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

/** The memory that a process holds now (resident set), in MiB. */
export function memoryOf(pid: number): number {
  return readMemory(pid, 'VmRSS');
}

/** The most that it has held since its start, in MiB. Where the system does not keep that: what it holds now. */
export function mostMemoryOf(pid: number): number {
  return readMemory(pid, 'VmHWM');
}

function readMemory(pid: number, line: 'VmRSS' | 'VmHWM'): number {
  const status = `/proc/${pid}/status`;
  const kibibytes = existsSync(status)
    ? new RegExp(String.raw`^${line}:\s+(\d+) kB$`, 'm').exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  if (kibibytes === undefined) throw new Error(`process ${pid} does not say how much memory it has`);
  return Number(kibibytes) / 1024;
}
