import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readConfigFile } from './config-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'scrip-config-'));
  vi.spyOn(process, 'cwd').mockReturnValue(directory);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(directory, { recursive: true, force: true });
});

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

async function refusalOf(name: string, text: string): Promise<string> {
  const path = file(name, text);
  const error = await readConfigFile(path).then(
    () => new Error('it was read'),
    (thrown: unknown) => thrown as Error,
  );
  return error.message.replaceAll(path, name);
}

describe('the configuration file', () => {
  it('is the first of three names in the working directory, or none', async () => {
    expect(await readConfigFile(undefined)).toEqual({});
    file('scrip.config.yml', 'port: 3');
    expect(await readConfigFile(undefined)).toEqual({ port: 3 });
    file('scrip.config.yaml', 'port: 2');
    expect(await readConfigFile(undefined)).toEqual({ port: 2 });
    file('scrip.config.json', '{"port":1}');
    expect(await readConfigFile(undefined)).toEqual({ port: 1 });
  });

  it('is no other file of the working directory, whatever stands in that, and none is run', async () => {
    const mark = join(directory, 'was-run');
    const program = `require('node:fs').writeFileSync(${JSON.stringify(mark)}, ''); module.exports = {};`;
    mkdirSync(join(directory, '.config'));
    file('.config/config.js', program);
    file('.config/config.yaml', 'a: [');
    file('package.json', '{');
    file('scrip.config.js', program);
    expect(await readConfigFile(undefined)).toEqual({});
    expect(await readConfigFile(file('mine.json', '{"port":1}'))).toEqual({ port: 1 });
    expect(() => rmSync(mark)).toThrow('ENOENT');
  });

  it('is JSON or YAML by the end of its name, and YAML where that has none', async () => {
    const read = async (name: string, text: string) => readConfigFile(file(name, text));
    expect(await read('a.json', '\uFEFF{"port":1}')).toEqual({ port: 1 });
    expect(await read('b.yaml', 'port: 1')).toEqual({ port: 1 });
    expect(await read('c.yml', '{"port": 1}')).toEqual({ port: 1 });
    expect(await read('d', 'port: 1')).toEqual({ port: 1 });
    for (const empty of ['', ' \n', '# port: 1\n']) expect(await read('e.yaml', empty)).toEqual({});
    expect(await read('f.json', '\n')).toEqual({});
  });

  it.each(['a.mjs', 'a.js', 'a.cjs', 'a.ts', 'a.toml'])('%s is refused, and not run', async (name) => {
    const mark = join(directory, 'was-run');
    const told = await refusalOf(name, `import('node:fs').then((fs) => fs.writeFileSync('${mark}', ''));`);
    expect(told).toBe(
      `the configuration file ${name} cannot be read: its name must end in .json, .yaml or .yml, or have no ending`,
    );
    expect(() => rmSync(mark)).toThrow('ENOENT');
  });

  it.each([
    ['secret', 'hunter2hunter2', 'secret: the file must be object'],
    ['a.json', 'hunter2hunter2', 'the configuration file a.json cannot be read: it is not JSON'],
    [
      'b.json',
      '{\n "port": 1,\n}',
      'the configuration file b.json cannot be read: it is not JSON (line 3, column 1)',
    ],
    [
      'c.yaml',
      'port: 1\nhost: *hunter2',
      'the configuration file c.yaml cannot be read: it is not YAML (line 2, column 8)',
    ],
    [
      'd.yaml',
      '--- 1\n--- 2',
      'the configuration file d.yaml cannot be read: it holds more than one document',
    ],
    ['e.yaml', '$import: f.yaml', 'e.yaml: $import must not be there: it is no setting'],
    [
      'f.json',
      '{"creditPrice":"ten"}',
      'f.json: creditPrice must be a decimal number in quotes, such as "0.1"',
    ],
    [
      'g.json',
      '{"trialGrant":{"pool":"standard","amount":"1e3"}}',
      'g.json: trialGrant.amount must be a decimal number in quotes, such as "0.1"',
    ],
    ['h.json', '{"port":"x"}', 'h.json: port must be integer'],
    [
      'i.json',
      '{"accountLimits":{"a b c":{"ocean":null}}}',
      'i.json: accountLimits.a b c must not be there: no account can have this id',
    ],
    [
      'j.json',
      '{"accountLimits":{"ocean":{"ocean":null}}}',
      'j.json: accountLimits.ocean must not be there: no account can have this id',
    ],
    [
      'k.json',
      '{"accountLimits":{"acme":{"oceans":null}}}',
      'k.json: accountLimits.acme.oceans must not be there: it is no setting',
    ],
  ])(
    'says of %s holding %j which file is wrong and where, and repeats no value of it',
    async (name, text, says) => {
      expect(await refusalOf(name, text)).toBe(says);
    },
  );

  it('names the file that it has found', async () => {
    const path = file('scrip.config.json', '{');
    await expect(readConfigFile(undefined)).rejects.toThrow(`the configuration file ${path} cannot be read`);
  });
});
