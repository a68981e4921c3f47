import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ScripProcess } from './support/scrip-process.ts';
import { startScrip } from './support/scrip-process.ts';

let data: string;
let scrip: ScripProcess;
const sockets: Socket[] = [];

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'scrip-stop-'));
  scrip = await startScrip({ data });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await scrip.kill();
  rmSync(data, { recursive: true, force: true });
});

async function say(text: string): Promise<void> {
  const socket = connect(Number(new URL(scrip.url).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(text);
}

describe('a stop', () => {
  it('does not wait for connections on which no whole request has arrived', async () => {
    await say('');
    await say('POST /scrip/v1/accounts HTTP/1.1\r\nHost:');
    await say('POST /scrip/v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{');
    const late = new Promise((resolve) => setTimeout(resolve, 10_000, 'still runs'));
    expect(await Promise.race([scrip.stop(), late])).toBe(0);
  });

  it('reaches the server from npm', async () => {
    const words = ['start', '--', '--port', '0', '--data', join(data, 'of-npm'), '--no-demo'];
    const npm = spawn('npm', words, {
      cwd: join(import.meta.dirname, '..'),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let output = '';
    for await (const chunk of npm.stdout) {
      output += String(chunk);
      if (output.includes('Press Ctrl')) break;
    }
    const pid = Number(readFileSync(join(data, 'of-npm/scrip.pid'), 'utf8'));
    try {
      npm.kill('SIGTERM');
      await once(npm, 'exit');
      await vi.waitFor(() => expect(isRunning(pid)).toBe(false), 5000);
    } finally {
      // What npm has left behind would run for ever.
      if (isRunning(pid)) process.kill(pid, 'SIGKILL');
    }
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
