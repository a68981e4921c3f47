import type { Command } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, commandGroup, connect, showReply } from '../api-command.ts';
import type { KeyList, NewKey } from '../api-replies.ts';
import { timeCell } from '../cell.ts';
import type { IdFlag } from '../charge-flags.ts';
import { addIdFlag, changeId } from '../charge-flags.ts';
import type { PageFlags } from '../page-flags.ts';
import { addPageFlags, pageQuery, sayNext } from '../page-flags.ts';
import { readSecret } from '../read-secret.ts';
import { formatRecord, formatTable } from '../table.ts';
import { emphasise, say, soften } from '../terminal.ts';

type AddFlags = ApiFlags & IdFlag & { readonly name?: string };

export function keyCommand(): Command {
  return commandGroup('key', "make, import, list and revoke an account's keys", [
    addCommand(),
    importCommand(),
    listCommand(),
    revokeCommand(),
  ]);
}

function addCommand(): Command {
  const command = apiCommand('add', {
    description: 'make a key with which a customer reads the balance; its secret is shown once',
    examples: ['scrip key add acme --name production'],
  })
    .argument('<account>', 'whose')
    .option('--name <text>', 'a name for people');
  return addIdFlag(command).action(async (account: string, flags: AddFlags) => {
    const reply = await connect().call<NewKey>({
      method: 'POST',
      path: ['accounts', account, 'keys'],
      body: { name: flags.name },
      id: changeId(flags),
    });
    const { id, secret } = reply.value;
    showReply(reply, flags, ({ name, createdAt }) =>
      formatRecord(
        [
          ['key', id],
          ['name', name],
          ['secret', secret],
          ['made', timeCell(createdAt)],
        ],
        soften,
      ),
    );
    say(
      secret === null
        ? `Its secret was shown when it was made, and is kept nowhere. If it is lost: scrip key revoke ${account} ${id}`
        : 'The secret is shown only now.',
    );
  });
}

function importCommand(): Command {
  const command = apiCommand('import', {
    description: 'take over a key that a customer has already, so that its client stays as it is',
    examples: [
      'scrip key import acme --name production          asks for the key, and does not show it',
      'scrip key import acme --name production < key.txt',
    ],
  })
    .argument('<account>', 'whose')
    .option('--name <text>', 'a name for people');
  return addIdFlag(command).action(async (account: string, flags: AddFlags) => {
    const client = connect();
    const secret = await readSecret(`Key of ${account}`);
    const reply = await client.call<NewKey>({
      method: 'POST',
      path: ['accounts', account, 'keys'],
      body: { name: flags.name, secret },
      id: changeId(flags),
    });
    showReply(reply, flags, ({ id, name, createdAt }) =>
      formatRecord(
        [
          ['key', id],
          ['name', name],
          ['imported', timeCell(createdAt)],
        ],
        soften,
      ),
    );
  });
}

function listCommand(): Command {
  return addPageFlags(
    apiCommand('list', {
      description: "list an account's keys, without their secrets",
      examples: ['scrip key list acme', 'scrip key list acme --json'],
    }).argument('<account>', 'whose'),
  ).action(async (account: string, flags: ApiFlags & PageFlags) => {
    const reply = await connect().call<KeyList>({
      method: 'GET',
      path: ['accounts', account, 'keys'],
      query: pageQuery(flags),
    });
    showReply(reply, flags, ({ data }) =>
      formatTable(
        [
          { header: 'KEY', value: ({ id }) => id },
          { header: 'NAME', value: ({ name }) => name },
          { header: 'MADE', value: ({ createdAt }) => timeCell(createdAt) },
        ],
        data,
        emphasise,
      ),
    );
    sayNext(reply.value.next);
  });
}

function revokeCommand(): Command {
  return apiCommand('revoke', {
    description: 'revoke a key: it is refused from now on',
    examples: ['scrip key revoke acme 02f218d04fc8b3715cf3eb97'],
  })
    .argument('<account>', 'whose')
    .argument('<key>', 'the key\'s id, as "scrip key list" shows it')
    .action(async (account: string, key: string) => {
      await connect().call({ method: 'DELETE', path: ['accounts', account, 'keys', key] });
      say('Revoked.');
    });
}
