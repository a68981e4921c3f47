import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runShown, settled, shownCommands } from './support/console-blocks.ts';
import { OPERATOR_KEY, startScrip } from './support/scrip-process.ts';

const root = join(import.meta.dirname, '..');

describe('a page with commands', () => {
  it.each([
    ['README.md', 8],
    ['docs/cli.md', 25],
    ['docs/moving.md', 15],
    ['docs/verifying.md', 9],
  ])('%s shows what they really print', { timeout: 120_000 }, async (page, least) => {
    const commands = shownCommands(page);
    expect(commands.length).toBeGreaterThan(least);
    const cwd = mkdtempSync(join(tmpdir(), 'scrip-pages-'));
    const scrip = await startScrip({ data: join(cwd, 'data') });
    try {
      for (const { command, output } of commands) {
        const here = command.replace('http://127.0.0.1:8787', scrip.url);
        const printed = runShown(here, { cwd, env: { SCRIP_URL: scrip.url, SCRIP_KEY: OPERATOR_KEY } });
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
