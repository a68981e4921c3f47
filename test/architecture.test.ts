import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const source = join(root, 'packages/scrip/src');

/** Room → the rooms that it may import. The same table as in ARCHITECTURE.md. */
const ALLOWED: Record<string, readonly string[]> = {
  core: [],
  ledger: ['core'],
  stores: ['core', 'ledger'],
  config: ['core'],
  server: ['core', 'ledger', 'config'],
  cli: ['core', 'ledger', 'stores', 'config', 'server'],
};

/** Package → the packages of this repository that it may import, and room of `scrip` → the same. */
const PACKAGES: Record<string, readonly string[]> = {
  'packages/dialects/src': [],
  'packages/client/src': ['dialects'],
  'packages/scrip/src/core': [],
  'packages/scrip/src/ledger': [],
  'packages/scrip/src/stores': [],
  'packages/scrip/src/config': [],
  'packages/scrip/src/server': ['dialects'],
  'packages/scrip/src/cli': ['client', 'dialects'],
};

const planted: string[] = [];
afterEach(() => {
  for (const file of planted.splice(0)) rmSync(file, { force: true });
});

describe('the import table', () => {
  it('is what the project references say', () => {
    for (const [room, allowed] of Object.entries(ALLOWED)) {
      const { references } = JSON.parse(readFileSync(join(source, room, 'tsconfig.json'), 'utf8')) as {
        references: { path: string }[];
      };
      const rooms = references.map(({ path }) => path).filter((path) => /^\.\.\/[a-z]+$/.test(path));
      expect(rooms.toSorted(), room).toEqual(allowed.map((name) => `../${name}`).toSorted());
    }
  });

  it('names every room that there is', () => {
    const rooms = readdirSync(source, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rooms.map(({ name }) => name).toSorted()).toEqual(Object.keys(ALLOWED).toSorted());
  });

  it('stands in ARCHITECTURE.md', () => {
    const page = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
    for (const [room, allowed] of Object.entries(ALLOWED))
      expect(page).toMatch(
        new RegExp(`\\| \`${room}\` *\\| ${allowed.length === 0 ? 'nothing' : allowed.join(', ')}`),
      );
  });

  it('says of every package and room which of the packages it imports', () => {
    for (const [folder, allowed] of Object.entries(PACKAGES)) {
      for (const file of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
        if (!file.endsWith('.ts') || file.endsWith('.test.ts')) continue;
        const imports = readFileSync(join(root, folder, file), 'utf8').matchAll(
          /(?:from|import\() ?'@scrip\/([^']+)'/g,
        );
        for (const [, name = ''] of imports) expect(allowed, `${folder}/${file}`).toContain(name);
      }
    }
  });

  it.each([
    ['client', '../../scrip/src/core/credits.ts', 'formatMicros'],
    ['client', '../../scrip/src/server/problem-table.ts', 'problems'],
    ['dialects', '../../client/src/retry.ts', 'waitBeforeRetryMs'],
  ])('refuses an import from the package %s of %s', (name, target, imported) => {
    const file = join(root, 'packages', name, 'src/planted-import.ts');
    planted.push(file);
    writeFileSync(file, `import { ${imported} } from '${target}';\nexport const planted = ${imported};\n`);
    expect(typeErrors(join(root, 'packages', name))).toMatch(/planted-import\.ts.*error TS(6059|6307)/s);
  });

  it.each([
    ['core', 'ledger/fault.ts', 'Fault'],
    ['ledger', 'stores/memory/memory-store.ts', 'createMemoryStore'],
    ['server', 'stores/memory/memory-store.ts', 'createMemoryStore'],
    ['stores', 'config/settings.ts', 'defaultServerSettings'],
  ])('refuses an import from %s of %s', (room, target, name) => {
    const file = join(source, room, 'planted-import.ts');
    planted.push(file);
    writeFileSync(file, `import { ${name} } from '../${target}';\nexport const planted = ${name};\n`);
    expect(typeErrors(join(source, room))).toMatch(/planted-import\.ts.*error TS6307/s);
  });

  it('keeps every source file of the core free of imports beyond itself', () => {
    for (const name of readdirSync(join(source, 'core')).filter((file) => !file.endsWith('.test.ts'))) {
      if (!name.endsWith('.ts')) continue;
      const imports = [...readFileSync(join(source, 'core', name), 'utf8').matchAll(/from '([^']+)'/g)];
      for (const [, specifier] of imports) expect(specifier, name).toMatch(/^\.\/[a-z-]+\.ts$/);
    }
  });
});

/** What the compiler says of a project when it only checks; empty when all is well. */
function typeErrors(project: string): string {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  try {
    execFileSync(process.execPath, [compiler, '-p', project, '--noEmit', '--pretty', 'false'], {
      encoding: 'utf8',
    });
    return '';
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}
