import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'scrip-packed-client-'));
const packages = ['@scrip/dialects', '@scrip/client'] as const;
const archives = new Map<string, string>();

const placeOf = (name: string) => join(home, 'node_modules', name);
const manifestOf = (name: string) =>
  JSON.parse(readFileSync(join(placeOf(name), 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
    version: string;
  };

/** Packs a package as npm would publish it, and unpacks that where npm would install it. */
function install(name: string): void {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', home, '-w', name], {
    cwd: root,
    encoding: 'utf8',
  });
  const archive = join(home, packed.trim().split('\n').at(-1) ?? '');
  mkdirSync(placeOf(name), { recursive: true });
  execFileSync('tar', ['-xzf', archive, '-C', placeOf(name), '--strip-components', '1']);
  archives.set(name, archive);
}

beforeAll(() => {
  for (const name of packages) install(name);
  writeFileSync(join(home, 'package.json'), '{"type":"module","private":true}\n');
}, 60_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** The Node that runs this, and every other version on the machine's path. */
function nodes(): { version: string; path: string }[] {
  const folders = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'));
  const paths = [
    process.execPath,
    ...folders.map((folder) => join(folder, 'node')).filter((path) => existsSync(path)),
  ];
  const found = new Map<string, string>();
  for (const path of paths) {
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();
    if (Number(/^v(\d+)/.exec(version)?.[1]) >= 20 && !found.has(version)) found.set(version, path);
  }
  return [...found].map(([version, path]) => ({ version, path }));
}

const program = `
import { createServer } from 'node:http';
import { ClientError, DecodeError, Ocean, Scrip, Supertone, VoicePartner, Voxpria } from '@scrip/client';

const bodies = ['{"balance":9007199254740.993001}', '{"balance":[]}'];
const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(bodies.shift());
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseUrl = 'http://127.0.0.1:' + server.address().port;
const client = new Supertone({ apiKey: 'key-of-the-program', baseUrl });
const { pools } = await client.balance();
const error = await client.balance().catch((thrown) => thrown);
server.close();
console.log(JSON.stringify({
  available: pools[0].available,
  refused: [error instanceof DecodeError, error instanceof ClientError, error.at],
  others: [Ocean, Scrip, VoicePartner, Voxpria].map(({ name }) => name),
}));
`;

describe.each(nodes())('on Node $version', ({ path }) => {
  it('the packed client reads a balance to the last digit', { timeout: 60_000 }, () => {
    writeFileSync(join(home, 'program.mjs'), program);
    const printed = execFileSync(path, ['program.mjs'], { cwd: home, encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual({
      available: '9007199254740.993001',
      refused: [true, true, 'balance'],
      others: ['Ocean', 'Scrip', 'VoicePartner', 'Voxpria'],
    });
  });
});

const consumer = `
import { type Balance, InsufficientCreditsError, Scrip, VoicePartner } from '@scrip/client';

export async function left(): Promise<string | null | undefined> {
  const balance: Balance = await new VoicePartner({ apiKey: 'k', timeoutMs: 5000 }).balance();
  const { debit } = await new Scrip().account('acme').withHold('sms', 3, async ({ use }) => use({ quantity: 2n }));
  const taken: string | undefined = debit?.amount;
  return balance.pools[0]?.available ?? taken;
}

export const isShort = (error: unknown): string | null =>
  error instanceof InsufficientCreditsError ? error.required : null;

// @ts-expect-error: an amount is no date
await new Scrip().account('acme').debit({ pool: 'standard', amount: new Date() });
`;

it.each([
  [
    'nodenext',
    [
      '--module',
      'nodenext',
      '--lib',
      'es2022',
      '--types',
      'node',
      '--typeRoots',
      join(root, 'node_modules/@types'),
    ],
  ],
  ['bundler', ['--module', 'esnext', '--lib', 'es2022,dom', '--types', '']],
])('the types hold where a program is compiled for %s', { timeout: 60_000 }, (resolution, flags) => {
  writeFileSync(join(home, 'consumer.ts'), consumer);
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const strictly = '--noEmit --strict --target es2022 --skipLibCheck false --ignoreConfig'.split(' ');
  const words = [compiler, ...strictly, '--moduleResolution', resolution, ...flags, 'consumer.ts'];
  const compile = () => execFileSync(process.execPath, words, { cwd: home, encoding: 'utf8' });
  expect(compile()).toBe('');
});

it.each(packages)('publint finds nothing wrong with %s', async (name) => {
  const { messages } = await publint({ pkgDir: placeOf(name), strict: true, pack: false });
  expect(messages).toEqual([]);
});

it.each(packages)(
  'the types of %s are not wrong for whoever imports it',
  { timeout: 60_000 },
  async (name) => {
    const archive = createPackageFromTarballData(readFileSync(archives.get(name) ?? ''));
    const analysis = await checkPackage(archive);
    if (!analysis.types) throw new Error('it has no types');
    // Both packages are ES modules alone: require and what came before "exports" are not for them.
    const isOurs = (problem: object) =>
      !('resolutionKind' in problem) || ['node16-esm', 'bundler'].includes(String(problem.resolutionKind));
    expect(analysis.problems.filter(isOurs)).toEqual([]);
    const { resolutions } = analysis.entrypoints['.'] ?? {};
    expect(resolutions?.['node16-esm'].resolution?.isTypeScript).toBe(true);
  },
);

it('nothing comes along that is not ours', () => {
  expect(Object.keys(manifestOf('@scrip/client').dependencies ?? {})).toEqual(['@scrip/dialects']);
  expect(manifestOf('@scrip/client').dependencies?.['@scrip/dialects']).toBe(
    manifestOf('@scrip/dialects').version,
  );
  expect(manifestOf('@scrip/dialects').dependencies).toBeUndefined();
  for (const name of packages)
    for (const file of filesOf(name).filter((path) => path.endsWith('.js')))
      for (const [, from] of readFileSync(file, 'utf8').matchAll(/\bfrom '([^']+)'|\bimport\('([^']+)'\)/g))
        expect(from, file).toMatch(/^(\.{1,2}\/.*\.js|@scrip\/dialects)$/);
});

it.each(packages)('%s holds what runs, its types and its source maps, and nothing else', (name) => {
  const files = filesOf(name);
  expect(files.length).toBeGreaterThan(30);
  for (const file of files)
    expect(file).toMatch(/(\/package\.json|\/README\.md|\/LICENSE|\/dist\/.*\.(js|js\.map|d\.ts))$/);
  for (const file of files) expect(file).not.toMatch(/\.test\./);
  for (const file of files.filter((path) => path.endsWith('.js.map'))) {
    const { sourcesContent } = JSON.parse(readFileSync(file, 'utf8')) as { sourcesContent?: string[] };
    expect(sourcesContent?.[0], file).toMatch(/\S/);
  }
});

function filesOf(name: string): string[] {
  const entries = readdirSync(placeOf(name), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name: file }) => join(parentPath, file));
}
