import { expect, it } from 'vitest';
import { keptBytes, largeText } from '../../../../../../test/support/kept-bytes.ts';
import { createUsageNames } from './usage-names.ts';

it('names of usage have one number each, also those that were known before', () => {
  const added: string[] = [];
  const names = createUsageNames(
    [{ pool: 'standard', action: 'sms', key: '', name: 1 }],
    ({ action, key }) => {
      added.push(`${action} ${key}`);
      return added.length + 1;
    },
  );
  const used = [
    ['sms', null],
    ['sms', 'key'],
    [null, 'key'],
    ['sms', 'key'],
    ['sms', null],
  ] as const;
  expect(used.map(([action, key]) => names.of({ pool: 'standard', action, key }))).toEqual([1, 2, 3, 2, 1]);
  expect(added).toEqual(['sms key', ' key']);
});

it.each(['pool', 'action', 'key'])(
  'names of usage keep no memory of the text that the %s was read in',
  (part) => {
    const bytes = keptBytes(() => {
      const names = createUsageNames([], () => 1);
      for (let at = 0; at < 50; at += 1) {
        const text = largeText(`what-was-used-${100 + at}`).slice(0, 17);
        names.of({ pool: 'standard', action: 'sms', key: 'key', [part]: text });
      }
      return names;
    });
    expect(bytes).toBeLessThan(4_000_000);
  },
);
