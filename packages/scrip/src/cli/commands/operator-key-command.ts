import type { Command } from 'commander';
import { Option } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, commandGroup } from '../api-command.ts';
import { addIdFlag } from '../charge-flags.ts';
import type { NewKeyFlags } from '../key-calls.ts';
import { addKey, importKey, listKeys, revokeKey } from '../key-calls.ts';
import type { PageFlags } from '../page-flags.ts';
import { addPageFlags } from '../page-flags.ts';

/** The operator's own keys: what SCRIP_KEY may hold. */
export function operatorKeyCommand(): Command {
  return commandGroup('operator-key', "make, import, list and revoke the operator's own keys", [
    addCommand(),
    importCommand(),
    listCommand(),
    revokeCommand(),
  ]);
}

const PATH = ['operator-keys'];

function addKeyFlags(command: Command): Command {
  return addIdFlag(
    command
      .addOption(
        new Option('--role <role>', 'read: look; spend: also debit, hold, refund; admin: all')
          .choices(['admin', 'spend', 'read'])
          .makeOptionMandatory(),
      )
      .option('--name <text>', 'a name for people'),
  );
}

function addCommand(): Command {
  return addKeyFlags(
    apiCommand('add', {
      description: 'make a key for a gateway or a colleague; its secret is shown once',
      examples: ['scrip operator-key add --role spend --name gateway'],
    }),
  ).action(async (flags: NewKeyFlags) => addKey(PATH, flags, 'scrip operator-key revoke'));
}

function importCommand(): Command {
  return addKeyFlags(
    apiCommand('import', {
      description: 'take over a key that is in use already',
      examples: [
        'scrip operator-key import --role spend           # asks for the key, and does not show it',
        'scrip operator-key import --role spend < key.txt',
      ],
    }),
  ).action(async (flags: NewKeyFlags) => importKey(PATH, flags, 'the operator'));
}

function listCommand(): Command {
  return addPageFlags(
    apiCommand('list', {
      description: "list the operator's keys and their roles, without their secrets",
      examples: ['scrip operator-key list', 'scrip operator-key list --json'],
    }),
  ).action(async (flags: ApiFlags & PageFlags) => listKeys(PATH, flags, { withRoles: true }));
}

function revokeCommand(): Command {
  return apiCommand('revoke', {
    description: 'revoke a key: it is refused from now on; the last admin key stays',
    examples: ['scrip operator-key revoke 02f218d04fc8b3715cf3eb97'],
  })
    .argument('<key>', 'the key\'s id, as "scrip operator-key list" shows it')
    .action(async (key: string, flags: ApiFlags) => revokeKey(PATH, key, flags));
}
