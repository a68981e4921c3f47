import { expect, it } from 'vitest';
import { createPace } from './pace.ts';
import type { Runtime } from './runtime.ts';
import { createTestRuntime } from '../../../test/support/test-runtime.ts';

const FIVE_A_MINUTE = [
  { requests: 5, windowSeconds: 60, window: 'sliding', per: 'key', counts: 'reads' },
] as const;

let owners = 0;
const newOwner = () => `owner ${(owners += 1)}`;

/** The most that fall into any window of a minute, its end not included. */
function mostInAMinute(timesMs: readonly number[]): number {
  return Math.max(
    ...timesMs.map((fromMs) => timesMs.filter((ms) => ms >= fromMs && ms < fromMs + 60_000).length),
  );
}

it('never more than five requests arrive in a minute, however many are asked for at once and however late they arrive', async () => {
  const runtime = createTestRuntime();
  const owner = newOwner();
  const arrivedMs: number[] = [];
  const delaysMs = [0, 900, 20_000, 5, 0, 7000, 0, 300, 1, 45_000, 0, 0, 0, 2, 0, 800, 0];
  const asks = delaysMs.map(async (delayMs) => {
    const leave = await createPace(owner, FIVE_A_MINUTE, runtime)(undefined);
    await runtime.sleep(delayMs);
    arrivedMs.push(runtime.elapsedMs());
    await runtime.sleep(delayMs / 2);
    leave({ wasSent: true });
  });
  await runtime.runUntil(Promise.all(asks));
  expect(arrivedMs).toHaveLength(delaysMs.length);
  expect(mostInAMinute(arrivedMs)).toBe(5);
});

it('the sixth request waits for a minute after the first reply, and no longer', async () => {
  const runtime = createTestRuntime();
  const pace = createPace(newOwner(), FIVE_A_MINUTE, runtime);
  for (let count = 0; count < 5; count += 1) {
    const leave = await pace(undefined);
    await runtime.runUntil(runtime.sleep(10));
    leave({ wasSent: true });
  }
  expect(runtime.elapsedMs()).toBe(50);
  await runtime.runUntil(pace(undefined));
  expect(runtime.elapsedMs()).toBe(60_010);
});

it('a request that never left this machine uses nothing up', async () => {
  const runtime = createTestRuntime();
  const pace = createPace(newOwner(), FIVE_A_MINUTE, runtime);
  for (let count = 0; count < 20; count += 1) (await pace(undefined))({ wasSent: false });
  expect(runtime.elapsedMs()).toBe(0);
});

it('one key does not wait for another', async () => {
  const runtime = createTestRuntime();
  for (let count = 0; count < 200; count += 1)
    (await createPace(newOwner(), FIVE_A_MINUTE, runtime)(undefined))({ wasSent: true });
  expect(runtime.elapsedMs()).toBe(0);
});

it('a limit is kept while more keys than are remembered at rest come by', async () => {
  const runtime = createTestRuntime();
  const owner = newOwner();
  for (let count = 0; count < 5; count += 1)
    (await createPace(owner, FIVE_A_MINUTE, runtime)(undefined))({ wasSent: true });
  for (let count = 0; count < 200; count += 1)
    (await createPace(newOwner(), FIVE_A_MINUTE, runtime)(undefined))({ wasSent: true });
  await runtime.runUntil(createPace(owner, FIVE_A_MINUTE, runtime)(undefined));
  expect(runtime.elapsedMs()).toBe(60_000);
});

it.each(['while all places are under way', 'while all places rest'])(
  'a caller who gives up %s leaves the queue at once, and nobody else does',
  async (when) => {
    const runtime = createTestRuntime();
    const pace = createPace(newOwner(), FIVE_A_MINUTE, runtime);
    const leavings = await Promise.all(Array.from({ length: 5 }, async () => pace(undefined)));
    if (when.endsWith('rest')) for (const leave of leavings) leave({ wasSent: true });
    const controller = new AbortController();
    const impatient = pace(controller.signal);
    const patient = pace(undefined);
    controller.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    if (!when.endsWith('rest')) for (const leave of leavings) leave({ wasSent: true });
    await runtime.runUntil(patient);
    expect(runtime.elapsedMs()).toBe(60_000);
  },
);

it('a limit over a longer time is left to the vendor', async () => {
  const runtime = createTestRuntime();
  const hourly = [{ ...FIVE_A_MINUTE[0], windowSeconds: 3600 }];
  const pace = createPace(newOwner(), hourly, runtime);
  for (let count = 0; count < 20; count += 1) (await pace(undefined))({ wasSent: true });
  expect(runtime.elapsedMs()).toBe(0);
});

it('a caller whose wait is over, and who has not noticed yet, still counts', async () => {
  let elapsed = 0;
  const wakes: (() => void)[] = [];
  const runtime: Runtime = {
    ...createTestRuntime(),
    elapsedMs: () => elapsed,
    sleep: async () => new Promise<void>((resolve) => wakes.push(resolve)),
  };
  const owner = newOwner();
  const enter = async (name = owner) => createPace(name, FIVE_A_MINUTE, runtime)(undefined);
  for (let sent = 0; sent < 5; sent += 1) (await enter())({ wasSent: true });
  let entered = 0;
  const count = () => (entered += 1);
  void enter().then(count);
  await Promise.resolve();
  elapsed = 60_001;
  // So many keys that those which rest are forgotten.
  for (let key = 0; key < 101; key += 1) (await enter(newOwner()))({ wasSent: true });
  for (let more = 0; more < 5; more += 1) void enter().then(count);
  for (const wake of wakes) wake();
  await new Promise((resolve) => setImmediate(resolve));
  expect(entered).toBe(5);
});
