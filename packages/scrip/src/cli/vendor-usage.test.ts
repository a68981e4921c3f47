import { afterEach, expect, it, vi } from 'vitest';
import type { StandIn } from '../../../../test/support/stand-in.ts';
import { reply, startStandIn } from '../../../../test/support/stand-in.ts';
import { readVendorUsage } from './vendor-usage.ts';

let voxpria: StandIn | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await voxpria?.close();
});

const nowMs = Date.parse('2026-11-21T15:30:00Z');

/** What is read of a Voxpria that tells these days, the newest first. */
async function read(days: readonly [day: string, calls: number][], start?: string) {
  const usage = days.map(([date, calls]) => ({ date, calls, creditsUsed: calls * 3 }));
  voxpria = await startStandIn(reply(200, { success: true, data: { usage } }));
  vi.stubEnv('VOXPRIA_API_KEY', 'key');
  vi.stubEnv('VOXPRIA_BASE_URL', voxpria.url);
  return readVendorUsage('voxpria', { start, end: undefined, nowMs });
}

it("reads to the vendor's today, where it is tomorrow in UTC already", async () => {
  const used = await read([
    ['2026-11-22', 2],
    ['2026-11-21', 1],
  ]);
  expect(voxpria?.asked[0]?.url).toMatch(/\?startDate=2026-10-23&endDate=2026-11-22$/);
  expect(used).toMatchObject({ start: '2026-10-23', end: '2026-11-22', total: { used: '9', calls: 3 } });
  expect(used.days.map(({ day }) => day)).toEqual(['2026-11-21', '2026-11-22']);
});

it('leaves out a tomorrow in which nothing was used', async () => {
  const used = await read([
    ['2026-11-22', 0],
    ['2026-11-21', 1],
  ]);
  expect(used).toMatchObject({ end: '2026-11-21', days: [{ day: '2026-11-21', used: '3' }] });
});

it('asks for no day more than may be asked for at once', async () => {
  await read([], '2025-11-21');
  expect(voxpria?.asked[0]?.url).toMatch(/\?startDate=2025-11-21&endDate=2026-11-21$/);
});

it('takes a first day that has only begun at the vendor', async () => {
  expect(await read([], '2026-11-22')).toMatchObject({ start: '2026-11-22', end: '2026-11-22', days: [] });
});
