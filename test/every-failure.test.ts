import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockBackup } from '../packages/scrip/src/cli/backup-lock.ts';
import { exitCode } from '../packages/scrip/src/cli/exit-code.ts';
import type { planFailures } from '../packages/scrip/src/cli/plan-failure-table.ts';
import type { vendorFailures } from '../packages/scrip/src/cli/vendor-failure-table.ts';
import type { FailureCode } from '../packages/scrip/src/cli/failure-table.ts';
import { failures, usageFailures } from '../packages/scrip/src/cli/failure-table.ts';
import { OPERATOR_STREAM } from '../packages/scrip/src/core/account.ts';
import { digestApiKey } from '../packages/scrip/src/server/api-key.ts';
import { openSqliteStore } from '../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import { asPattern } from './support/as-pattern.ts';
import type { CliSession } from './support/cli-session.ts';
import { migrate } from '../packages/scrip/src/stores/sqlite/migrate.ts';
import { JOURNAL_MIGRATIONS } from '../packages/scrip/src/stores/sqlite/migrations/journal.ts';
import { openJournal } from '../packages/scrip/src/stores/sqlite/open-files.ts';
import { startCliSession } from './support/cli-session.ts';
import { runScrip } from './support/run-scrip.ts';
import { debit, grant, OPEN, openSampleLedger } from './support/sample-ledger.ts';

let cli: CliSession;
let directory: string;
const ended: (() => void)[] = [];
beforeAll(async () => {
  cli = await startCliSession();
  directory = mkdtempSync(join(tmpdir(), 'scrip-failures-'));
  await cli.ok('account open acme');
});
afterAll(async () => {
  for (const end of ended) end();
  await cli.end();
  rmSync(directory, { recursive: true, force: true });
});

interface Wrong {
  /** Words of the command line; `serve` gets a free port and a directory of its own. */
  readonly words: readonly string[];
  readonly env?: Record<string, string | undefined>;
  readonly input?: string;
}
/** What to run, and in which surroundings; made when its turn comes. */
type Cause = () => Wrong | Promise<Wrong>;

const line = (text: string, rest: Omit<Wrong, 'words'> = {}): Cause => {
  const words = text.split(' ');
  return () => ({ words, ...rest });
};
const serve = (env: Record<string, string>, ...flags: string[]): Cause => {
  return () => ({ words: ['serve', ...flags], env });
};

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

/** A data directory in which a file of the ledger has been spoiled. */
function spoiled(name: string, spoil: (journal: string) => void, command = 'serve'): Cause {
  return () => {
    const data = join(directory, name);
    mkdirSync(data);
    spoil(join(data, 'journal.db'));
    return { words: [command, '--data', data] };
  };
}

/** A data directory whose one entry does not fit its chain. */
function damaged(name: string, words: (data: string) => string[]): Cause {
  return () => {
    const data = join(directory, name);
    mkdirSync(data);
    const database = new DatabaseSync(join(data, 'journal.db'));
    database.exec(`${JOURNAL_MIGRATIONS[0]} PRAGMA user_version = 1`);
    database.exec(`INSERT INTO entry VALUES (1, 'acme', 1, '{}', NULL, zeroblob(32))`);
    database.close();
    return { words: words(data) };
  };
}

/** On the directory of a running server. */
function served(words: (data: string) => string[]): Cause {
  return () => ({ words: words(join(cli.directory, 'data')) });
}

/** An import of a file into a directory that does not exist. */
function emptied(name: string, text: string, ...flags: string[]): Cause {
  return () => {
    return { words: ['import', file(name, text), '--data', join(directory, `of-${name}`), ...flags] };
  };
}

/** A server that is no Scrip: it hangs up, or answers in words of its own. */
function stranger(words: string, answer: 'hangs up' | 'greets' | 'redirects' | 'fails'): Cause {
  return async () => {
    const server = createServer((request, response) => {
      if (answer === 'greets') response.end('hello');
      else if (answer === 'fails')
        response
          .setHeader('content-type', 'application/json')
          .end('{"results":[{"id":"a","status":503,"code":"store-failed"}]}');
      else if (answer === 'redirects') response.writeHead(302, { location: 'https://192.0.2.1/' }).end();
      else request.socket.destroy();
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    ended.push(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { words: words.split(' '), env: { SCRIP_URL: url } };
  };
}

/** Those of targets and vendors come about in every-vendor-failure.test.ts. */
type OwnCode = Exclude<FailureCode, keyof typeof vendorFailures | keyof typeof planFailures>;

/** How each failure comes about. A new code does not compile without a line here. */
const CAUSES: Readonly<Record<OwnCode | keyof typeof usageFailures, Cause>> = {
  unknownCommand: line('sevre'),
  unknownOption: line('serve --prot 1'),
  missingArgument: line('account show'),
  excessArguments: line('account show a b'),
  missingMandatoryOptionValue: line('grant give acme --pool standard'),
  optionMissingArgument: line('account list --limit'),
  invalidArgument: line('account list --limit many'),
  conflictingOption: line('balance acme --json --prometheus'),
  error: line('debit acme --file x'),
  help: line('account'),
  'database-unsupported': serve({ SCRIP_DATABASE: 'postgres://localhost/scrip' }),
  'port-invalid': serve({}, '--port', 'eighty'),
  'secret-invalid': serve({ SCRIP_OPERATOR_KEY: 'short' }),
  'log-level-unknown': serve({ SCRIP_LOG_LEVEL: 'loud' }),
  'config-file-unreadable': serve({ SCRIP_CONFIG: '/nowhere/scrip.json' }),
  'config-file-invalid': () => ({
    words: ['serve'],
    env: { SCRIP_CONFIG: file('wrong.json', '{"port":"x"}') },
  }),
  'trial-pool-unknown': () => {
    const config = file('trial.json', '{"trialGrant":{"pool":"gold","amount":"1"}}');
    return { words: ['serve'], env: { SCRIP_CONFIG: config } };
  },
  'trial-amount-wrong': () => {
    const config = file('half.json', '{"trialGrant":{"pool":"email","amount":"0.5"}}');
    return { words: ['serve'], env: { SCRIP_CONFIG: config } };
  },
  'url-invalid': line('account list', { env: { SCRIP_URL: 'nonsense' } }),
  'key-invalid': line('account list', { env: { SCRIP_KEY: 'two words' } }),
  'operator-key-taken': async () => {
    const data = join(directory, 'taken');
    const key = 'a-key-of-acme-0123456789';
    const store = await openSqliteStore({ directory: data, idsKeptMs: 86_400_000, now: Date.now });
    const { ledger, change } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    const digest = digestApiKey(key, 'a-secret-of-16-or-more');
    await change('acme', 'key', { kind: 'AddKey', keyId: 'k', digest, role: null });
    await ledger.close();
    const env = { SCRIP_OPERATOR_KEY: key, SCRIP_SECRET: 'a-secret-of-16-or-more' };
    return { words: ['serve', '--data', data], env };
  },
  'key-missing': line('account list', { env: { SCRIP_KEY: '' } }),
  unreachable: line('account list', { env: { SCRIP_URL: 'http://127.0.0.1:2' } }),
  'no-answer': stranger('account list', 'hangs up'),
  'outcome-unknown': stranger('account close acme', 'hangs up'),
  'not-scrip': stranger('account list', 'greets'),
  'server-redirects': stranger('account list', 'redirects'),
  'id-invalid': () => ({ words: ['account', 'close', 'acme', '--id', 'é'] }),
  'id-unusable': line('account show ..'),
  'secret-missing': line('key import acme'),
  'journal-sealed': () => {
    const data = join(directory, 'sealed');
    mkdirSync(data);
    const journal = openJournal(join(data, 'journal.db'));
    migrate(journal, JOURNAL_MIGRATIONS);
    journal.exec("INSERT INTO seal (only, position, anchor, digest) VALUES (1, 7, '', '')");
    journal.close();
    return { words: ['export', '--data', data] };
  },
  'seal-too-recent': () => ({
    words: ['seal', '--keep-days', '7', '--to', join(directory, 'sealed.ndjson')],
  }),
  'not-confirmed': line('account erase acme'),
  'file-unreadable': line('debit --file /nowhere/debits.csv'),
  'debits-invalid': line('debit --file - --format csv', { input: 'colour\nred\n' }),
  'card-invalid': line('rate-card publish -', { input: '[1]' }),
  'lines-refused': line('debit --file -', { input: '{"id":"a","accountId":"nobody"}\n' }),
  'lines-failed': async () => {
    const { env } = await stranger('', 'fails')();
    return { words: ['debit', '--file', '-'], env: env ?? {}, input: '{"id":"a","accountId":"acme"}\n' };
  },
  'not-affordable': line('quote acme --for sms=1'),
  'directory-in-use': () => ({ words: ['serve', '--data', join(cli.directory, 'data')] }),
  'directory-unusable': () => ({ words: ['serve', '--data', join(file('a-file', ''), 'data')] }),
  'data-unusable': spoiled('garbage', (journal) => writeFileSync(journal, 'no database'.repeat(1000))),
  'secret-gone': async () => {
    const data = join(directory, 'without-secret');
    const store = await openSqliteStore({ directory: data, idsKeptMs: 86_400_000, now: Date.now });
    const { ledger, change } = await openSampleLedger(store);
    await change(OPERATOR_STREAM, 'open', OPEN);
    await change(OPERATOR_STREAM, 'key', { kind: 'AddKey', keyId: 'k', digest: 'd', role: 'admin' });
    await ledger.close();
    return { words: ['serve', '--data', data] };
  },
  'data-too-new': spoiled('newer', (journal) => {
    const database = new DatabaseSync(journal);
    database.exec('PRAGMA user_version = 99');
    database.close();
  }),
  'ledger-missing': line('export --data /nowhere'),
  'directory-not-empty': damaged('not-empty', (data) => ['import', file('x.ndjson', ''), '--data', data]),
  'journal-damaged': damaged('damaged', (data) => ['export', '--data', data]),
  'journal-cut': async () => {
    const data = join(directory, 'cut');
    await (await openSqliteStore({ directory: data, idsKeptMs: 86_400_000, now: Date.now })).close();
    const derived = new DatabaseSync(join(data, 'derived.db'));
    derived.exec('UPDATE progress SET checkpoint = 1000');
    derived.close();
    return { words: ['serve', '--data', data] };
  },
  'journal-wrong': damaged('wrong', (data) => ['verify', '--data', data]),
  'tables-wrong': spoiled(
    'tables',
    (journal) => {
      const database = new DatabaseSync(journal);
      database.exec(`${JOURNAL_MIGRATIONS[0]} PRAGMA user_version = 1`);
      database.close();
    },
    'verify',
  ),
  'anchor-does-not-hold': served((data) => {
    return ['verify', '--data', data, '--anchor', `scrip-anchor-1:0:${'0'.repeat(64)}`];
  }),
  'anchor-invalid': line('verify --anchor nonsense'),
  'files-unwritable': served((data) => ['export', '--data', data, '--out', '/nowhere/x.ndjson']),
  'nothing-after': served((data) => ['export', '--data', data, '--after', '999999']),
  'file-exists': served((data) => ['export', '--data', data, '--out', file('mine.txt', 'mine')]),
  'file-differs': served((data) => {
    const other = file('other.txt', 'mine\n');
    return ['export', '--data', data, '--out', other, '--resume'];
  }),
  'nothing-to-resume': emptied('y.ndjson', '', '--resume'),
  'import-unfinished': spoiled('unfinished', (journal) => writeFileSync(`${journal}.part`, '')),
  'line-wrong': emptied('z.ndjson', 'mine\n'),
  'file-cut-short': emptied('cut.ndjson', ''),
  'balances-invalid': line('import --csv -', { input: 'name\nAcme\n' }),
  'balances-wrong': line('import --csv - --server', { input: 'id,balance\nacme,-1\n' }),
  'opening-refused': async () => {
    const data = join(directory, 'id-taken');
    const store = await openSqliteStore({ directory: data, idsKeptMs: 86_400_000, now: Date.now });
    const { ledger, change } = await openSampleLedger(store);
    await change('acme', 'open', OPEN);
    await change('acme', 'grant', grant(9n));
    await change('acme', 'opening-balance-standard', debit(1n));
    await ledger.close();
    const rows = file('rows.csv', 'id,balance\nacme,9\n');
    return { words: ['import', '--csv', rows, '--data', data] };
  },
  'backup-under-way': served((data) => {
    const to = join(directory, 'nightly');
    ended.push(lockBackup(to));
    return ['backup', '--data', data, '--to', to];
  }),
  'backup-missing': () => ({ words: ['restore', directory, '--data', join(directory, 'of-none')] }),
  'backup-damaged': () => {
    const backup = join(directory, 'backup');
    mkdirSync(backup);
    writeFileSync(join(backup, 'backup.json'), '{}');
    return { words: ['restore', backup, '--data', join(directory, 'of-damaged')] };
  },
  'secret-differs': async () => {
    const [backup, data] = [join(directory, 'whole'), join(directory, 'with-secret')];
    await runScrip(['backup', '--data', join(cli.directory, 'data'), '--to', backup]);
    mkdirSync(data);
    writeFileSync(join(data, 'secret'), 'mine');
    return { words: ['restore', backup, '--data', data] };
  },
  'address-unusable': serve({}, '--host', '192.0.2.1'),
  'port-in-use': () => ({ words: ['serve', '--port', new URL(cli.url).port] }),
};

const rows = { ...failures, ...usageFailures };

let runs = 0;

describe('the failure', () => {
  it.each(Object.entries(CAUSES))('%s comes about, and is as its row says', async (code, cause) => {
    const { words, env = {}, input } = await cause();
    const own = ['--port', '0', '--data', join(directory, `data-${(runs += 1)}`)];
    const missing = own.filter((_, at) => !words.includes(own[at - (at % 2)] ?? ''));
    const ran = await runScrip([...words, ...(words[0] === 'serve' ? missing : [])], {
      env: { ...(words[0] === 'serve' ? {} : { SCRIP_URL: cli.url, SCRIP_KEY: cli.key }), ...env },
      ...(input === undefined ? {} : { input }),
    });
    const { says, exit } = rows[code as keyof typeof rows];
    expect(ran.err).toMatch(asPattern(says));
    expect(ran.code, ran.err).toBe(exitCode[exit]);
    expect(ran.err).not.toContain('    at ');
  });
});

describe('the table', () => {
  it('has a row for everything that the parser refuses', () => {
    const parser = join(import.meta.dirname, '../node_modules/commander/lib');
    const sources = ['command.js', 'error.js', 'argument.js', 'option.js'].map((name) =>
      readFileSync(join(parser, name), 'utf8'),
    );
    const named = new Set(sources.join('').match(/(?<=['"]commander\.)\w+(?=['"])/g));
    // They end well or start other programs.
    for (const name of ['version', 'helpDisplayed', 'executeSubCommandAsync'])
      expect(named.delete(name), name).toBe(true);
    expect([...named].toSorted()).toEqual(Object.keys(usageFailures).toSorted());
  });
});
