import type { Command } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, commandGroup } from '../api-command.ts';
import { addIdFlag } from '../charge-flags.ts';
import type { NewKeyFlags } from '../key-calls.ts';
import { addKey, importKey, listKeys, revokeKey } from '../key-calls.ts';
import type { PageFlags } from '../page-flags.ts';
import { addPageFlags } from '../page-flags.ts';

export function keyCommand(): Command {
  return commandGroup('key', "make, import, list and revoke an account's keys", [
    addCommand(),
    importCommand(),
    listCommand(),
    revokeCommand(),
  ]);
}

const pathOf = (account: string) => ['accounts', account, 'keys'];

function addCommand(): Command {
  const command = apiCommand('add', {
    description: 'make a key with which a customer reads the balance; its secret is shown once',
    examples: ['scrip key add acme --name production'],
  })
    .argument('<account>', 'whose')
    .option('--name <text>', 'a name for people');
  return addIdFlag(command).action(async (account: string, flags: NewKeyFlags) =>
    addKey(pathOf(account), flags, `scrip key revoke ${account}`),
  );
}

function importCommand(): Command {
  const command = apiCommand('import', {
    description: 'take over a key that a customer has already, so that its client stays as it is',
    examples: [
      'scrip key import acme --name production          # asks for the key, and does not show it',
      'scrip key import acme --name production < key.txt',
    ],
  })
    .argument('<account>', 'whose')
    .option('--name <text>', 'a name for people');
  return addIdFlag(command).action(async (account: string, flags: NewKeyFlags) =>
    importKey(pathOf(account), flags, account),
  );
}

function listCommand(): Command {
  return addPageFlags(
    apiCommand('list', {
      description: "list an account's keys, without their secrets",
      examples: ['scrip key list acme', 'scrip key list acme --json'],
    }).argument('<account>', 'whose'),
  ).action(async (account: string, flags: ApiFlags & PageFlags) =>
    listKeys(pathOf(account), flags, { withRoles: false }),
  );
}

function revokeCommand(): Command {
  return apiCommand('revoke', {
    description: 'revoke a key: it is refused from now on',
    examples: ['scrip key revoke acme 02f218d04fc8b3715cf3eb97'],
  })
    .argument('<account>', 'whose')
    .argument('<key>', 'the key\'s id, as "scrip key list" shows it')
    .action(async (account: string, key: string, flags: ApiFlags) => revokeKey(pathOf(account), key, flags));
}
