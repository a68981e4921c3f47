import { describe, expect, it } from 'vitest';
import { createReadWindow } from './read-window.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Reads that end when they are told to. */
function open(maxRows: number, maxWaiting = 10) {
  const inWindow = createReadWindow(maxRows, maxWaiting);
  const begun: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<void>>();
  return {
    begun,
    read: (name: string, rows: number) => {
      ends.set(name, Promise.withResolvers<void>());
      return inWindow(rows, async () => {
        begun.push(name);
        await ends.get(name)?.promise;
      });
    },
    end: async (name: string, error?: Error) => {
      if (error === undefined) ends.get(name)?.resolve();
      else ends.get(name)?.reject(error);
      await nextTurn();
      await nextTurn();
    },
  };
}

describe('reads of many rows', () => {
  it('begin at once as far as they fit, and the others in their order as room is made', async () => {
    const { begun, read, end } = open(10);
    for (const [name, rows] of [
      ['a', 4],
      ['b', 4],
      ['c', 4],
      ['d', 1],
    ] as const)
      void read(name, rows);
    await nextTurn();
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are of two of the longest pages at once where nothing else is said', async () => {
    const inWindow = createReadWindow();
    const begun: number[] = [];
    for (const page of [1, 2, 3])
      void inWindow(1001, async () => {
        begun.push(page);
        await new Promise(() => {});
      });
    await nextTurn();
    expect(begun).toEqual([1, 2]);
  });

  it('of more rows than fit go alone', async () => {
    const { begun, read, end } = open(10);
    for (const [name, rows] of [
      ['large', 50],
      ['small', 1],
    ] as const)
      void read(name, rows);
    await nextTurn();
    expect(begun).toEqual(['large']);
    await end('large');
    expect(begun).toEqual(['large', 'small']);
  });

  it('leave room for the next one in a later turn than that in which they end', async () => {
    const { begun, read, end } = open(1);
    const first = read('a', 1);
    void read('b', 1);
    const ended = first.then(() => expect(begun).toEqual(['a']));
    await end('a');
    await ended;
    expect(begun).toEqual(['a', 'b']);
  });

  it('make room also where they fail', async () => {
    const { begun, read, end } = open(1);
    const failing = read('a', 1).catch((error: unknown) => error);
    void read('b', 1);
    await nextTurn();
    await end('a', new Error('damaged'));
    expect(await failing).toMatchObject({ message: 'damaged' });
    expect(begun).toEqual(['a', 'b']);
  });

  it('are turned away where too many wait', async () => {
    const { read, end } = open(1, 1);
    void read('a', 1);
    void read('b', 1);
    await expect(read('c', 1)).rejects.toMatchObject({ code: 'overloaded', outcome: 'not-applied' });
    await end('a');
    await expect(Promise.race([read('d', 1), nextTurn()])).resolves.toBeUndefined();
  });
});
