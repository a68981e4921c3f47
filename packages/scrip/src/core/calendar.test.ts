import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Every } from './calendar.ts';
import {
  addDays,
  DAY_MS,
  dayOf,
  isDay,
  isTimezone,
  periodIndexAt,
  periodStart,
  startOfDay,
} from './calendar.ts';

const ms = (text: string) => Date.parse(text);
const iso = (atMs: number) => new Date(atMs).toISOString().replace('.000Z', 'Z');

/** Zones with whole, half and quarter hours, with and without clock changes, at midnight and not. */
const ZONES = [
  'UTC',
  'Europe/Paris',
  'America/New_York',
  'America/St_Johns',
  'America/Santiago',
  'Africa/Cairo',
  'Africa/Casablanca',
  'Asia/Kathmandu',
  'Asia/Beirut',
  'Australia/Lord_Howe',
  'Pacific/Chatham',
  'Pacific/Apia',
  'Antarctica/Troll',
];
const zone = fc.constantFrom(...ZONES);
const instant = fc.integer({ min: ms('2012-01-01T00:00:00Z'), max: ms('2040-01-01T00:00:00Z') });

/** The zone's wall clock at an instant, as the platform writes it. */
function wallClock(atMs: number, timezone: string): string {
  return new Date(atMs).toLocaleString('sv-SE', { timeZone: timezone });
}

function starts(every: Every, anchor: string, { timezone = 'UTC', count = 4 } = {}): string[] {
  const cycle = { every, timezone, anchorMs: ms(anchor) };
  return Array.from({ length: count }, (_, index) => iso(periodStart(cycle, index)));
}

describe('the name of a time zone', () => {
  it.each(['UTC', 'Europe/Paris', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])('may be %s', (name) => {
    expect(isTimezone(name)).toBe(true);
  });

  it.each(['', '+02:00', 'Mars/Olympus', 'Europe/Paris\n', 'Europe Paris', 'x'.repeat(100), '../UTC'])(
    'may not be %j',
    (name) => {
      expect(isTimezone(name)).toBe(false);
    },
  );
});

describe('a day', () => {
  it.each([
    ['2024-02-29', true],
    ['2025-02-29', false],
    ['2000-02-29', true],
    ['2100-02-29', false],
    ['2025-04-31', false],
    ['2025-13-01', false],
    ['2025-00-10', false],
    ['2025-1-1', false],
    ['2025-01-01T00:00', false],
    ['tomorrow', false],
  ])('%s exists: %s', (text, exists) => {
    expect(isDay(text)).toBe(exists);
  });

  it('follows another across the ends of months and years', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2025-12-31', 1)).toBe('2026-01-01');
    expect(addDays('2025-03-01', -1)).toBe('2025-02-28');
  });

  it.each([
    ['2026-03-10T23:59:59.999Z', 'UTC', '2026-03-10'],
    ['2026-03-10T23:00:00.000Z', 'Europe/Paris', '2026-03-11'],
    ['2026-03-10T03:59:59.999Z', 'America/New_York', '2026-03-09'],
    ['2026-03-10T18:15:00.000Z', 'Asia/Kathmandu', '2026-03-11'],
    ['2026-03-10T18:14:59.999Z', 'Asia/Kathmandu', '2026-03-10'],
  ])('%s in %s is %s', (at, timezone, day) => {
    expect(dayOf(ms(at), timezone)).toBe(day);
  });

  it('starts at its first instant, also where a clock change skips or repeats midnight', () => {
    expect(iso(startOfDay('2026-03-29', 'Europe/Paris'))).toBe('2026-03-28T23:00:00Z');
    expect(iso(startOfDay('2026-03-30', 'Europe/Paris'))).toBe('2026-03-29T22:00:00Z');
    // Cairo's clocks go from 00:00 to 01:00 on this day.
    expect(iso(startOfDay('2026-04-24', 'Africa/Cairo'))).toBe('2026-04-23T22:00:00Z');
    expect(wallClock(startOfDay('2026-04-24', 'Africa/Cairo'), 'Africa/Cairo')).toBe('2026-04-24 01:00:00');
    // Havana's go from 01:00 back to 00:00, so that midnight comes twice.
    expect(iso(startOfDay('2025-11-02', 'America/Havana'))).toBe('2025-11-02T04:00:00Z');
    // Apia had no 30 December 2011.
    expect(startOfDay('2011-12-30', 'Pacific/Apia')).toBe(startOfDay('2011-12-31', 'Pacific/Apia'));
  });

  it('holds exactly the instants from its start to the next one’s, in every zone', () => {
    fc.assert(
      fc.property(instant, zone, (atMs, timezone) => {
        const day = dayOf(atMs, timezone);
        expect(day).toBe(wallClock(atMs, timezone).slice(0, 10));
        const start = startOfDay(day, timezone);
        const end = startOfDay(addDays(day, 1), timezone);
        expect(start).toBeLessThanOrEqual(atMs);
        expect(end).toBeGreaterThan(atMs);
        expect(dayOf(start, timezone)).toBe(day);
        expect(dayOf(start - 1, timezone)).toBe(addDays(day, -1));
        expect(dayOf(end - 1, timezone)).toBe(day);
      }),
      { numRuns: 300 },
    );
  });
});

describe('a recurring grant’s periods', () => {
  it('of a month that start on day 31 start on the last day of shorter months, and come back to 31', () => {
    expect(starts('month', '2026-01-31T10:00:00Z', { count: 6 })).toEqual([
      '2026-01-31T10:00:00Z',
      '2026-02-28T10:00:00Z',
      '2026-03-31T10:00:00Z',
      '2026-04-30T10:00:00Z',
      '2026-05-31T10:00:00Z',
      '2026-06-30T10:00:00Z',
    ]);
  });

  it('start on 29 February in leap years', () => {
    expect(starts('month', '2027-12-30T00:00:00Z', { count: 4 })[2]).toBe('2028-02-29T00:00:00Z');
    expect(starts('year', '2024-02-29T00:00:00Z', { count: 5 })).toEqual([
      '2024-02-29T00:00:00Z',
      '2025-02-28T00:00:00Z',
      '2026-02-28T00:00:00Z',
      '2027-02-28T00:00:00Z',
      '2028-02-29T00:00:00Z',
    ]);
  });

  it('take the month’s last day in the account’s time zone, not in UTC', () => {
    // 31 January, 23:30 in New York.
    expect(starts('month', '2026-02-01T04:30:00Z', { timezone: 'America/New_York' }).slice(1)).toEqual([
      '2026-03-01T04:30:00Z',
      '2026-04-01T03:30:00Z',
      '2026-05-01T03:30:00Z',
    ]);
  });

  it('keep the wall clock across clock changes', () => {
    expect(starts('day', '2026-03-28T08:00:00Z', { timezone: 'Europe/Paris', count: 3 })).toEqual([
      '2026-03-28T08:00:00Z',
      '2026-03-29T07:00:00Z',
      '2026-03-30T07:00:00Z',
    ]);
    expect(starts('week', '2026-10-21T08:00:00Z', { timezone: 'Europe/Paris', count: 2 })).toEqual([
      '2026-10-21T08:00:00Z',
      '2026-10-28T09:00:00Z',
    ]);
    expect(starts('month', '2026-02-15T08:00:00Z', { timezone: 'Europe/Paris', count: 3 })[2]).toBe(
      '2026-04-15T07:00:00Z',
    );
  });

  it('read a time that a clock change skips as if the clock had not changed, and one that comes twice as the first', () => {
    expect(starts('day', '2026-03-28T01:30:00Z', { timezone: 'Europe/Paris', count: 3 })).toEqual([
      '2026-03-28T01:30:00Z',
      '2026-03-29T01:30:00Z',
      '2026-03-30T00:30:00Z',
    ]);
    expect(starts('day', '2026-10-24T00:30:00Z', { timezone: 'Europe/Paris', count: 3 })).toEqual([
      '2026-10-24T00:30:00Z',
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00Z',
    ]);
  });

  it('have no instant between them, and none in two of them', () => {
    const every = fc.constantFrom<Every>('day', 'week', 'month', 'year');
    const distance = fc.integer({ min: 0, max: 3000 * DAY_MS });
    fc.assert(
      fc.property(every, zone, instant, distance, (every, timezone, anchorMs, distanceMs) => {
        const cycle = { every, timezone, anchorMs };
        const atMs = anchorMs + distanceMs;
        const index = periodIndexAt(cycle, atMs);
        expect(periodStart(cycle, index)).toBeLessThanOrEqual(atMs);
        expect(periodStart(cycle, index + 1)).toBeGreaterThan(atMs);
      }),
      { numRuns: 300 },
    );
  });

  it('have index -1 before the first', () => {
    const cycle = { every: 'month', timezone: 'UTC', anchorMs: 1000 } as const;
    expect(periodIndexAt(cycle, 999)).toBe(-1);
    expect(periodIndexAt(cycle, 1000)).toBe(0);
  });
});
