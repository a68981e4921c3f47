import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runShown, settled, shownCommands } from './support/console-blocks.ts';
import { startScrip } from './support/scrip-process.ts';
import { vendorEnv } from './support/vendor-session.ts';

const root = join(import.meta.dirname, '..');

describe('a page with commands', () => {
  it.each([
    { page: 'README.md', least: 8, flags: ['--demo'] },
    { page: 'docs/cli.md', least: 25, flags: [] },
    { page: 'docs/watching.md', least: 10, flags: ['--demo'] },
    { page: 'docs/moving.md', least: 15, flags: [] },
    { page: 'docs/verifying.md', least: 9, flags: [] },
  ])('$page shows what they really print', { timeout: 120_000 }, async ({ page, least, flags }) => {
    const commands = shownCommands(page);
    expect(commands.length).toBeGreaterThan(least);
    const cwd = mkdtempSync(join(tmpdir(), 'scrip-pages-'));
    // What a page takes for given: a key that a customer has.
    writeFileSync(join(cwd, 'key.txt'), 'the-key-acme-already-has\n');
    const scrip = await startScrip({ data: join(cwd, 'data'), flags });
    const env = vendorEnv(scrip);
    try {
      for (const { command, output } of commands) {
        const here = command.replace('http://127.0.0.1:8787', scrip.url);
        // The repository is where npx finds the program.
        const place = here.startsWith('npx ') ? root : cwd;
        const printed = runShown(here, { cwd: place, env });
        expect(settled(printed.replaceAll(cwd, '/srv/scrip')), command).toBe(settled(output));
      }
    } finally {
      await scrip.stop();
      rmSync(cwd, { recursive: true, force: true });
    }
  });
});

describe('the pages', () => {
  const pages = ['README.md', 'ARCHITECTURE.md', 'GLOSSARY.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
  for (const folder of ['docs', 'docs/decisions'])
    pages.push(
      ...readdirSync(join(root, folder))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `${folder}/${name}`),
    );

  it.each(pages)('%s links only to what exists', (page) => {
    const text = readFileSync(join(root, page), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g))
      expect(existsSync(join(root, dirname(page), target)), `${page} → ${target}`).toBe(true);
  });
});
