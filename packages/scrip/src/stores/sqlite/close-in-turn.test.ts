import { expect, it } from 'vitest';
import { closeInTurn } from './close-in-turn.ts';

it('closes each when the one before it has ended, also where that failed, and tells of the first failure', async () => {
  const closed: string[] = [];
  const closing = (name: string, failure?: Error) => async () => {
    await Promise.resolve();
    closed.push(name);
    if (failure !== undefined) throw failure;
  };
  const failure = new Error('the disk is full');
  const all = [closing('app'), closing('ledger', failure), closing('limits', new Error('later'))];
  await expect(closeInTurn(all)).rejects.toBe(failure);
  expect(closed).toEqual(['app', 'ledger', 'limits']);
  await closeInTurn([closing('one')]);
});
