import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dialects } from '@scrip/dialects';
import { describe, expect, it } from 'vitest';
import { problems } from '../packages/scrip/src/server/problem-table.ts';
import { errorsPage } from '../scripts/errors-page.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/errors.md'), 'utf8');

describe('docs/errors.md', () => {
  it('is what the code says: npm run docs writes it', () => {
    expect(page).toBe(errorsPage());
  });

  it('has one row for every problem, with its status and what to do', () => {
    for (const [code, { status, remedy }] of Object.entries(problems)) {
      const rows = page.split('\n').filter((line) => line.startsWith(`| ${status}    | \`${code}\` `));
      expect(rows, code).toHaveLength(1);
      expect(rows[0]).toContain(` ${remedy} `);
      expect(remedy, code).toMatch(/^[A-Z].*\.$/);
    }
  });

  it('has what each vendor answers to every refusal', () => {
    const [, ...sections] = page.split('\n### ');
    expect(sections).toHaveLength(Object.keys(dialects).length);
    const listed = (section: string) => [
      ...new Set(Array.from(section.matchAll(/^\| `([a-z-]+)`/gm), ([, code]) => code)),
    ];
    const refusals = listed(page.split("## What the vendors' dialects answer")[1]?.split('\n### ')[0] ?? '');
    expect(refusals.length).toBeGreaterThan(10);
    for (const section of sections) expect(listed(section)).toEqual(refusals);
  });
});
