import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it, vi } from 'vitest';
import { serveAcme } from '../../../../test/support/served-app.ts';
import type { ServedApp } from '../../../../test/support/served-app.ts';

let served: ServedApp;
afterEach(() => served.close());

/** More than the system takes of a reply that nobody reads. */
const LONG = 'x'.repeat(24 * 1024 * 1024);

it('a caller who asks for many pages on one connection has one of them made, and the next when he has read it', async () => {
  let asked = 0;
  served = await serveAcme({
    wrap: (ledger) => ({
      ...ledger,
      entries: async (query) => {
        asked += 1;
        const grant = (await ledger.entries(query)).at(-1);
        return grant === undefined ? [] : [{ ...grant, personal: { salt: '', note: LONG } }];
      },
    }),
  });
  await served.app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((served.app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const request = `GET /scrip/v1/accounts/acme/entries HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${served.adminKey}\r\n\r\n`;
  socket.write(request.repeat(3));
  await vi.waitFor(() => expect(asked).toBe(1), { timeout: 10_000 });
  // Others are answered meanwhile, and would be if the second page was made too.
  for (let turn = 0; turn < 5; turn += 1) await served.ask('GET', '/livez');
  expect(asked).toBe(1);
  socket.resume();
  await vi.waitFor(() => expect(asked).toBe(3), { timeout: 20_000 });
  socket.destroy();
});

it('a caller who asks on and on has so many wait and no more: the others are told to read first', async () => {
  served = await serveAcme();
  await served.app.listen({ port: 0, host: '127.0.0.1' });
  const socket = connect((served.app.server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');
  const request = (last: string) => `GET /openapi.json HTTP/1.1\r\nhost: x\r\n${last}\r\n`;
  socket.write(`${request('').repeat(99)}${request('connection: close\r\n')}`);
  const statuses = (await text(socket)).match(/HTTP\/1\.1 \d+/g)?.map((line) => Number(line.slice(9)));
  expect(statuses).toEqual([...Array<number>(17).fill(200), ...Array<number>(83).fill(400)]);
});
