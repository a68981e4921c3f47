import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** A server in a process of its own. */
export interface ChildServer {
  readonly url: string;
  readonly pid: number;
  /** From the start of the process until it served. */
  readonly readyAfterMs: number;
  readonly stop: () => Promise<void>;
  /** Ends it at once, as a power cut would. */
  readonly kill: () => Promise<void>;
}

const running = new Set<ChildProcess>();
// Whatever ends the measurement ends its servers.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Ends those that are left of a measurement that failed: they would keep their ledgers from the next one. */
export async function killServers(): Promise<void> {
  const left = [...running].map((child) => {
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    return exited;
  });
  await Promise.all(left);
}

/** Waits until a process writes where it serves. Its standard output must be a pipe. */
export async function untilServes(child: ChildProcess, name: string): Promise<ChildServer> {
  const startedMs = performance.now();
  running.add(child);
  child.once('exit', () => running.delete(child));
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const served = /serves on (http:\S+)/.exec(output)?.[1];
      if (served !== undefined) resolve(served);
    });
    child.once('exit', (code) => reject(new Error(`${name} ended (${code}) before it served:\n${output}`)));
  });
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    await exited;
  };
  return {
    url,
    pid: child.pid ?? 0,
    readyAfterMs: performance.now() - startedMs,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  };
}
