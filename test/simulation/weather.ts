import { HOUR_MS } from '../support/account-scenario.ts';
import { nextDue } from './due-oracle.ts';
import type { Random } from './random.ts';
import type { Referee } from './referee.ts';
import type { World } from './world.ts';

/** Moves the clock: a little, to the very moment at which something is due, by days, or back. */
export function moveClock({
  random,
  world,
  referee,
}: {
  random: Random;
  world: World;
  referee: Referee;
}): void {
  const nowMs = world.clockMs();
  const dues = referee.accountIds().map((id) => nextDue(referee.record(id).book)?.atMs ?? Infinity);
  const dueMs = Math.min(...dues);
  const move = random.weighted<() => number>([
    [5, () => nowMs + random.integer(1, 5000)],
    [4, () => (dueMs < Infinity ? Math.max(nowMs, dueMs + random.integer(-1, 1)) : nowMs + 1)],
    [3, () => (Math.floor(nowMs / HOUR_MS) + random.integer(1, 8)) * HOUR_MS],
    [0.5, () => nowMs + random.integer(1, 40) * 24 * HOUR_MS],
    [0.5, () => nowMs - random.integer(1, 5 * HOUR_MS)],
  ]);
  world.setClock(move());
}
