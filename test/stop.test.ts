import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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
});
