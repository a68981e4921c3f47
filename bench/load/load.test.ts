import type { Server } from 'node:net';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { uniform, zipf } from './account-choice.ts';
import { runClosedLoop } from './closed-loop.ts';
import { openConnection } from './http-connection.ts';
import { runOpenLoop } from './open-loop.ts';
import { untilTaken } from './until-taken.ts';
import type { Traffic } from './traffic.ts';
import { getRequest } from './traffic.ts';

let server: Server | undefined;
afterEach(() => server?.close());

const pause = (ms: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
const reply = (status: string, body = 'ok') =>
  `HTTP/1.1 ${status}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
const traffic: Traffic = () => ({ bytes: getRequest('/', ''), units: 1 });

/** A server that decides what becomes of each request by its number, from 1 on. */
async function serve(
  answer: (number: number) => { text: string; afterMs: number } | 'cut off',
): Promise<string> {
  let count = 0;
  server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      count += 1;
      const answered = answer(count);
      if (answered === 'cut off') socket.destroy();
      else setTimeout(() => socket.write(answered.text), answered.afterMs);
    });
  });
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a closed loop', () => {
  it('counts what is refused apart from what is answered', async () => {
    const url = await serve((number) => ({
      text: reply(number % 4 === 0 ? '503 Service Unavailable' : '200 OK'),
      afterMs: 0,
    }));
    const started = performance.now();
    const round = await runClosedLoop({ url, connections: 2, until: { requests: 40 }, traffic });
    const seconds = (performance.now() - started) / 1000;
    expect(round.refused).toBe(10);
    expect(round.perSecond * seconds).toBeGreaterThanOrEqual(30);
  });

  it('sends a request that was cut off again, the same bytes, and counts it', async () => {
    const url = await serve((number) => (number === 2 ? 'cut off' : { text: reply('200 OK'), afterMs: 0 }));
    const answered: number[] = [];
    let made = 0;
    const numbered: Traffic = () => {
      made += 1;
      const number = made;
      return {
        bytes: getRequest(`/${number}`, ''),
        units: 1,
        onAnswer: () => {
          answered.push(number);
          return undefined;
        },
      };
    };
    const round = await runClosedLoop({ url, connections: 1, until: { requests: 3 }, traffic: numbered });
    expect([answered, round.dropped, round.refused]).toEqual([[1, 2, 3], 1, 0]);
  });

  it('fails when the server is gone', async () => {
    const url = await serve(() => 'cut off');
    await expect(runClosedLoop({ url, connections: 1, until: { requests: 1 }, traffic })).rejects.toThrow(
      'does not answer',
    );
  });

  it('reads a reply that comes in pieces', async () => {
    const text = reply('200 OK', 'x'.repeat(1000));
    server = createServer((socket) => {
      socket.on('data', () => {
        socket.write(text.slice(0, 20));
        setTimeout(() => socket.write(text.slice(20, 100)), 5);
        setTimeout(() => socket.write(text.slice(100)), 10);
      });
    });
    await new Promise<void>((resolve) => {
      server?.listen(0, '127.0.0.1', resolve);
    });
    const bodies: string[] = [];
    const { port } = server.address() as AddressInfo;
    await runClosedLoop({
      url: `http://127.0.0.1:${port}`,
      connections: 1,
      until: { requests: 2 },
      traffic: () => ({
        bytes: getRequest('/', ''),
        units: 1,
        onAnswer: (answer) => {
          bodies.push(answer.body().toString());
          return undefined;
        },
      }),
    });
    expect(bodies).toEqual(['x'.repeat(1000), 'x'.repeat(1000)]);
  });
});

describe('a connection', { timeout: 5000 }, () => {
  const ask = getRequest('/', '');

  it('fails when a request gets no answer', async () => {
    const url = await serve(() => ({ text: '', afterMs: 0 }));
    const connection = openConnection(url, { silentMs: 100 });
    await expect(connection.send(ask)).rejects.toThrow('has sent nothing for 0.1 s');
    connection.close();
  });

  it('waits for as long as it likes between two requests', async () => {
    const url = await serve(() => ({ text: reply('200 OK'), afterMs: 0 }));
    const connection = openConnection(url, { silentMs: 20 });
    await connection.send(ask);
    await pause(100);
    expect((await connection.send(ask)).status).toBe(200);
    connection.close();
  });

  it('takes nothing behind a reply for the next one', async () => {
    const url = await serve((number) => ({
      text: number === 1 ? reply('200 OK') + reply('201 Created') : reply('200 OK'),
      afterMs: 0,
    }));
    const connection = openConnection(url);
    await expect(connection.send(ask)).rejects.toThrow('more than its reply');
    await expect(connection.send(ask)).rejects.toThrow('more than its reply');
    connection.close();
  });

  it('fails after a reply that nothing asked for', async () => {
    const url = await serve(() => ({ text: reply('200 OK'), afterMs: 0 }));
    server?.on('connection', (socket) => setTimeout(() => socket.write(reply('201 Created')), 50));
    const connection = openConnection(url);
    await connection.send(ask);
    await pause(100);
    await expect(connection.send(ask)).rejects.toThrow('nothing was asked');
    connection.close();
  });
});

describe('an open loop', () => {
  it('counts the time that a request waits for its turn', async () => {
    // One at a time, 20 ms each, and 200 a second are due: the last waits for most of a second.
    const url = await serve(() => ({ text: reply('200 OK'), afterMs: 20 }));
    const round = await runOpenLoop({ url, connections: 1, seconds: 0.3, startsPerSecond: 200, traffic });
    expect(round.maxMs).toBeGreaterThan(200);
    expect(round.p50Ms).toBeGreaterThan(50);
  });

  it('takes requests that follow one another for one operation, from when it was due', async () => {
    const url = await serve(() => ({ text: reply('200 OK'), afterMs: 40 }));
    const twoSteps: Traffic = () => ({ ...traffic(), units: 0, onAnswer: traffic });
    const load = { url, connections: 4, traffic: twoSteps };
    const open = await runOpenLoop({ ...load, seconds: 0.3, startsPerSecond: 20 });
    const closed = await runClosedLoop({ ...load, until: { requests: 4 } });
    expect(Math.min(open.p50Ms ?? 0, closed.p50Ms ?? 0)).toBeGreaterThan(70);
  });

  it('starts as many as it is asked for', async () => {
    const url = await serve(() => ({ text: reply('200 OK'), afterMs: 0 }));
    let started = 0;
    const counted: Traffic = () => {
      started += 1;
      return traffic();
    };
    await runOpenLoop({ url, connections: 16, seconds: 1, startsPerSecond: 400, traffic: counted });
    expect(started).toBeGreaterThan(300);
    expect(started).toBeLessThan(500);
  });
});

describe('the choice of accounts', () => {
  const share = (choose: () => number, wanted: number) => {
    const draws = 50_000;
    let hits = 0;
    for (let draw = 0; draw < draws; draw += 1) if (choose() === wanted) hits += 1;
    return hits / draws;
  };

  it('by Zipf gives the first its share of the harmonic sum', () => {
    const sum = Array.from({ length: 1000 }, (_, rank) => 1 / (rank + 1) ** 0.99).reduce((a, b) => a + b);
    expect(share(zipf(1000, 0.99), 0)).toBeCloseTo(1 / sum, 1);
    expect(share(uniform(1000), 0)).toBeLessThan(0.01);
  });

  it('never leaves the accounts that there are, and reaches the unpopular ones', () => {
    const choose = zipf(100, 0.99);
    const chosen = new Set(Array.from({ length: 20_000 }, choose));
    expect([...chosen].every((account) => account >= 0 && account < 100)).toBe(true);
    expect(chosen.size).toBe(100);
  });

  it.each([20_000, 1_000_000])('scatters the most popular of %i accounts over the ids', (accounts) => {
    const choose = zipf(accounts, 0.99);
    const draws = new Map<number, number>();
    for (let draw = 0; draw < 50_000; draw += 1) {
      const account = choose();
      draws.set(account, (draws.get(account) ?? 0) + 1);
    }
    const popular = [...draws].toSorted(([, a], [, b]) => b - a).slice(0, 100);
    const hundredths = new Set(popular.map(([account]) => Math.floor((account * 100) / accounts)));
    expect(hundredths.size).toBeGreaterThan(50);
  });
});

describe('a request that must be taken', () => {
  it('is sent again while the server is overloaded', async () => {
    const url = await serve((number) => ({
      text: reply(number < 3 ? '503 Service Unavailable' : '404 Not Found'),
      afterMs: 0,
    }));
    const connection = openConnection(url);
    expect((await untilTaken(() => connection.send(getRequest('/', '')))).status).toBe(404);
    connection.close();
  });
});
