import type { Account, Erasure, Page } from '@scrip/client';
import { createHash } from 'node:crypto';
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, collectPairs, commandGroup, connect, parseObject, showReply } from '../api-command.ts';
import { jsonCell, timeCell } from '../cell.ts';
import type { IdFlag } from '../charge-flags.ts';
import { addIdFlag, changeId } from '../charge-flags.ts';
import type { PageFlags } from '../page-flags.ts';
import { addPageFlags, pageQuery, sayNext } from '../page-flags.ts';
import { confirm } from '../confirm.ts';
import { formatRecord, formatTable } from '../table.ts';
import { emphasise, say, soften } from '../terminal.ts';

interface AccountFlags extends ApiFlags, IdFlag {
  readonly name?: string;
  readonly timezone?: string;
  readonly overdraft?: readonly (readonly [string, string])[];
  readonly metadata?: Record<string, unknown>;
}

export function accountCommand(): Command {
  return commandGroup(
    'account',
    'open, list, show, change and close accounts, and erase what names a person',
    [openCommand(), listCommand(), showCommand(), changeCommand(), closeCommand(), eraseCommand()],
  );
}

function addAccountFlags(command: Command): Command {
  return addIdFlag(
    command
      .option('--name <text>', 'a name for people')
      .option(
        '--timezone <zone>',
        'whose days usage is counted in, such as Europe/Paris; UTC where none was ever named',
      )
      .option(
        '--overdraft <pool=amount>',
        'what may be spent beyond the grants of a pool; can be repeated',
        collectPools,
      )
      .option('--metadata <json>', 'a JSON object to keep with it', parseObject),
  );
}

function collectPools(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const pairs = collectPairs(text, before);
  const [pool] = pairs.at(-1) ?? [];
  if (before.some(([name]) => name === pool)) throw new InvalidArgumentError('Its pool was named before.');
  return pairs;
}

function accountBody({ name, timezone, overdraft, metadata }: AccountFlags) {
  return {
    name,
    timezone,
    metadata,
    overdraft: overdraft === undefined ? undefined : Object.fromEntries(overdraft),
  };
}

function openCommand(): Command {
  return addAccountFlags(
    apiCommand('open', {
      description: 'open an account',
      examples: [
        'scrip account open acme --name Acme --timezone Europe/Paris',
        'scrip account open acme --overdraft standard=100',
        'scrip account open --json          # with an id that is made up',
      ],
    }).argument('[account]', 'its id: letters, digits, dots, underscores, hyphens (default: a new one)'),
  ).action(async (account: string | undefined, flags: AccountFlags) => {
    const id = changeId(flags);
    const body = { id: account ?? accountIdOf(id), ...accountBody(flags) };
    const reply = await connect().call<Account>({
      method: 'POST',
      path: ['accounts'],
      body,
      id,
      needs: ['id', 'version'],
    });
    showReply(reply, flags, formatAccount);
  });
}

/** Made up from the change's id: under the same id, the same account is opened again and no other one. */
function accountIdOf(id: string): string {
  const digits = createHash('sha256').update(id).digest('hex');
  return digits.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

function listCommand(): Command {
  return addPageFlags(
    apiCommand('list', {
      description: 'list accounts',
      examples: ['scrip account list', 'scrip account list --limit 1000 --json'],
    }),
  ).action(async (flags: ApiFlags & PageFlags) => {
    const reply = await connect().call<Page<Account>>({
      method: 'GET',
      path: ['accounts'],
      query: pageQuery(flags),
      needs: ['data'],
    });
    showReply(reply, flags, ({ data }) =>
      formatTable(
        [
          { header: 'ACCOUNT', value: ({ id }) => id },
          { header: 'NAME', value: ({ name }) => name },
          { header: 'TIME ZONE', value: ({ timezone }) => timezone },
          { header: 'OPENED', value: ({ createdAt }) => timeCell(createdAt) },
          { header: 'CLOSED', value: ({ closedAt }) => timeCell(closedAt) },
        ],
        data,
        emphasise,
      ),
    );
    sayNext(reply.value.next);
  });
}

function showCommand(): Command {
  return apiCommand('show', {
    description: 'show an account',
    examples: ['scrip account show acme', 'scrip account show acme --json'],
  })
    .argument('<account>', 'its id')
    .action(async (account: string, flags: ApiFlags) => {
      const reply = await connect().call<Account>({
        method: 'GET',
        path: ['accounts', account],
        needs: ['id', 'version'],
      });
      showReply(reply, flags, formatAccount);
    });
}

function changeCommand(): Command {
  return addAccountFlags(
    apiCommand('change', {
      description: 'change an account; what is not named stays as it is',
      examples: [
        'scrip account change acme --timezone America/New_York',
        'scrip account change acme --overdraft standard=0     # takes the overdraft away',
      ],
    }).argument('<account>', 'its id'),
  ).action(async (account: string, flags: AccountFlags, command: Command) => {
    const body = accountBody(flags);
    if (Object.values(body).every((member) => member === undefined))
      command.error('error: there is nothing to change: name an option that says what');
    const reply = await connect().call<Account>({
      method: 'PATCH',
      path: ['accounts', account],
      body,
      id: changeId(flags),
      needs: ['id', 'version'],
    });
    showReply(reply, flags, formatAccount);
  });
}

function closeCommand(): Command {
  return addIdFlag(
    apiCommand('close', {
      description: 'close an account: no more grants, debits or holds, and its keys stop working',
      examples: ['scrip account close acme'],
    }).argument('<account>', 'its id'),
  ).action(async (account: string, flags: ApiFlags & IdFlag) => {
    const reply = await connect().call<Account>({
      method: 'POST',
      path: ['accounts', account, 'close'],
      id: changeId(flags),
      needs: ['id', 'version'],
    });
    showReply(reply, flags, formatAccount);
  });
}

function eraseCommand(): Command {
  return addIdFlag(
    apiCommand('erase', {
      description:
        "erase an account's personal data for good: its name and metadata, its keys' names, its grants' notes, its debits' and holds' metadata; balances and history stay",
      examples: [
        'scrip account erase acme           # asks before it does it',
        'scrip account erase acme --yes     # does not ask',
      ],
    })
      .argument('<account>', 'its id')
      .option('--yes', 'do not ask'),
  ).action(async (account: string, flags: ApiFlags & IdFlag & { readonly yes?: boolean }) => {
    const client = connect();
    await confirm(account, {
      question: `The names, notes and metadata of ${account} will be erased. This cannot be undone.`,
      yes: flags.yes === true,
    });
    const reply = await client.call<Erasure>({
      method: 'DELETE',
      path: ['accounts', account, 'personal-data'],
      id: changeId(flags),
      needs: ['erasedAt'],
    });
    showReply(reply, flags, ({ accountId, erasedAt, version }) =>
      formatRecord(
        [
          ['account', accountId],
          ['erased', timeCell(erasedAt)],
          ['version', `${version}`],
        ],
        soften,
      ),
    );
    say('Exports, backups and copies of the files that were made before still hold it.');
  });
}

function formatAccount({
  id,
  name,
  timezone,
  overdraft,
  metadata,
  createdAt,
  closedAt,
  version,
}: Account): string {
  return formatRecord(
    [
      ['account', id],
      ['name', name],
      ['time zone', timezone],
      ['overdraft', jsonCell(overdraft)],
      ['metadata', jsonCell(metadata)],
      ['opened', timeCell(createdAt)],
      ['closed', timeCell(closedAt)],
      ['version', `${version}`],
    ],
    soften,
  );
}
