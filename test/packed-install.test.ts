import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const KEY = 'scrip_op_of_the_packed_tests';
const home = mkdtempSync(join(tmpdir(), 'scrip-packed-'));
const program = join(home, 'node_modules/.bin/scrip');

interface Manifest {
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** Packs a package as npm would publish it, and unpacks that where npm would install it. */
function install(name: string): string[] {
  const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', home, '-w', name], {
    cwd: root,
    encoding: 'utf8',
  });
  const place = join(home, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  const archive = join(home, packed.trim().split('\n').at(-1) ?? '');
  execFileSync('tar', ['-xzf', archive, '-C', place, '--strip-components', '1']);
  const { bin = {}, dependencies = {} } = JSON.parse(
    readFileSync(join(place, 'package.json'), 'utf8'),
  ) as Manifest;
  for (const [command, path] of Object.entries(bin)) {
    chmodSync(join(place, path), 0o755);
    mkdirSync(join(home, 'node_modules/.bin'), { recursive: true });
    symlinkSync(join(place, path), join(home, 'node_modules/.bin', command));
  }
  return Object.keys(dependencies);
}

/** Where the repository has a dependency of the package: beside the package, or at the top. */
function placeOf(dependency: string): string {
  const manifest = execFileSync(
    process.execPath,
    [
      '-e',
      'const {findPackageJSON}=require("node:module");console.log(findPackageJSON(process.argv[1],process.argv[2]))',
      dependency,
      join(root, 'packages/scrip/package.json'),
    ],
    { encoding: 'utf8' },
  );
  return dirname(manifest.trim());
}

const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };

describe('the packages, packed and installed elsewhere', () => {
  beforeAll(() => {
    const declared = [...install('@scrip/dialects'), ...install('@scrip/client'), ...install('scrip')];
    // What is declared is there, from the repository's own copies: no network, and nothing that is not declared.
    for (const dependency of declared.filter((name) => !name.startsWith('@scrip/'))) {
      const link = join(home, 'node_modules', dependency);
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(placeOf(dependency), link);
    }
  }, 60_000);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  it('run, serve and are asked', { timeout: 60_000 }, async () => {
    const scrip = (words: string, url = '') =>
      execFileSync(program, words.split(' '), {
        cwd: home,
        encoding: 'utf8',
        env: { ...env, SCRIP_URL: url, SCRIP_KEY: KEY },
      });
    const manifest = readFileSync(join(root, 'packages/scrip/package.json'), 'utf8');
    expect(scrip('--version')).toBe(`${(JSON.parse(manifest) as Manifest & { version: string }).version}\n`);
    const server = spawn(program, ['serve', '--port', '0', '--data', join(home, 'data')], {
      cwd: home,
      env: { ...env, SCRIP_OPERATOR_KEY: KEY },
    });
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let output = '';
        const read = (chunk: Buffer) => {
          output += chunk.toString();
          const found = /serves on (http:\S+)/.exec(output)?.[1];
          if (found !== undefined) resolve(found);
        };
        server.stdout.on('data', read);
        server.stderr.on('data', read);
        server.once('exit', () => reject(new Error(`it did not start:\n${output}`)));
      });
      scrip('account open acme', url);
      scrip('grant give acme --pool standard --amount 7', url);
      expect(scrip('balance acme', url)).toMatch(/^acme +standard +7 +credits/m);
      writeFileSync(join(home, 'debits.csv'), 'id,accountId,action,quantity\nm-1,acme,sms,3\n');
      expect(scrip('debit --file debits.csv', url)).toMatch(/^debited +1$/m);
    } finally {
      server.kill('SIGTERM');
      await once(server, 'close');
    }
  });

  it('hold what runs and nothing else', () => {
    const files = execFileSync('find', ['node_modules/scrip/', 'node_modules/@scrip/', '-type', 'f'], {
      cwd: home,
      encoding: 'utf8',
    });
    expect(files).not.toMatch(/\.tsbuildinfo|\.test\.|\/src\//);
    expect(files).toContain('node_modules/scrip/dist/cli/main.js\n');
  });
});
