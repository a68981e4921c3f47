import type { SettingErrorCode } from '../config/setting-error.ts';
import type { Failure } from './failure.ts';
import { dataFailures } from './data-failure-table.ts';
import { planFailures } from './plan-failure-table.ts';
import { vendorFailures } from './vendor-failure-table.ts';

const CHECK_HELP = 'Add `--help` to see what the command takes, with examples.';

/** What can be wrong with a command line, by the names that the parser has for it. */
export const usageFailures = {
  unknownCommand: {
    exit: 'usage',
    says: "error: unknown command '…'",
    remedy: '`scrip --help` lists the commands.',
  },
  unknownOption: { exit: 'usage', says: "error: unknown option '…'", remedy: CHECK_HELP },
  missingArgument: { exit: 'usage', says: "error: missing required argument '…'", remedy: CHECK_HELP },
  excessArguments: { exit: 'usage', says: 'error: too many arguments…', remedy: CHECK_HELP },
  missingMandatoryOptionValue: {
    exit: 'usage',
    says: "error: required option '…' not specified",
    remedy: CHECK_HELP,
  },
  optionMissingArgument: { exit: 'usage', says: "error: option '…' argument missing", remedy: CHECK_HELP },
  invalidArgument: {
    exit: 'usage',
    says: 'error: …argument … is invalid…',
    remedy: 'Give a value as the message says.',
  },
  conflictingOption: {
    exit: 'usage',
    says: "error: option '…' cannot be used with option '…'",
    remedy: 'Leave one of the two away.',
  },
  error: {
    exit: 'usage',
    says: 'error: with --file, each line names its own account, id and amount',
    remedy: 'Leave away what the message names.',
  },
  help: {
    exit: 'usage',
    says: 'Usage: scrip …',
    remedy: 'Name one of the commands that are listed.',
  },
} as const satisfies Readonly<Record<string, Failure>>;

const settingFailures = {
  'database-unsupported': {
    exit: 'usage',
    says: 'SCRIP_DATABASE is set, …',
    remedy: 'Unset `SCRIP_DATABASE`, and name a directory with `--data`.',
  },
  'port-invalid': {
    exit: 'usage',
    says: 'the port must be a number from 0 to 65535, not "…"',
    remedy: 'Correct `--port`, `SCRIP_PORT` or `port`.',
  },
  'secret-invalid': {
    exit: 'usage',
    says: '… must be 8 to 255 printable characters without spaces',
    remedy: 'Choose another value.',
  },
  'log-level-unknown': {
    exit: 'usage',
    says: 'the log level must be one of …, not "…"',
    remedy: 'Correct `SCRIP_LOG_LEVEL` or `logLevel`.',
  },
  'config-file-unreadable': {
    exit: 'usage',
    says: 'the configuration file … cannot be read: …',
    remedy: 'Correct the file where the message says, or name another with `SCRIP_CONFIG`.',
  },
  'config-file-invalid': {
    exit: 'usage',
    says: '…: … must …',
    remedy: 'Correct the member of the file that is named; docs/configuration.md lists them.',
  },
  'trial-pool-unknown': {
    exit: 'usage',
    says: 'trialGrant.pool is "…", which the rate card does not have',
    remedy: 'Name a pool of the rate card, or publish one that has this pool.',
  },
  'trial-amount-wrong': {
    exit: 'usage',
    says: 'trialGrant.amount is "…", which cannot be given in the pool "…"',
    remedy: 'Set an amount above 0, with no more decimals than the pool has.',
  },
  'url-invalid': {
    exit: 'usage',
    says: 'SCRIP_URL …',
    remedy: 'Set `SCRIP_URL` to the address that `scrip serve` prints.',
  },
  'key-invalid': {
    exit: 'usage',
    says: 'SCRIP_KEY holds a space or another character that no key has: …',
    remedy: 'Set `SCRIP_KEY` again, without spaces or quotes around it.',
  },
  'operator-key-taken': {
    exit: 'usage',
    says: 'SCRIP_OPERATOR_KEY is a key of an account already.',
    remedy: 'Set `SCRIP_OPERATOR_KEY` to a key that nobody has, or leave it out.',
  },
} as const satisfies Readonly<Record<SettingErrorCode, Failure>>;

const commandFailures = {
  'key-missing': {
    exit: 'notAuthorised',
    says: 'SCRIP_KEY is not set.',
    remedy: 'Set it to an operator key: the first start of "scrip serve" prints one.',
  },
  unreachable: {
    exit: 'failure',
    says: 'No server answers at … (…).',
    remedy: 'Start one with "scrip serve", or set SCRIP_URL to the address of one that runs.',
  },
  'no-answer': { exit: 'failure', says: '… did not answer (…).', remedy: 'Try again.' },
  'outcome-unknown': {
    exit: 'failure',
    says: '… did not tell (…): the change may have happened, or not.',
    remedy: 'Run the same command again, with the --id that is printed where there is one.',
  },
  'not-scrip': {
    exit: 'failure',
    says: '… answered with status …, and not as Scrip does.',
    remedy: 'Set SCRIP_URL to the address that "scrip serve" prints.',
  },
  'server-redirects': {
    exit: 'failure',
    says: 'Scrip at … sends to …, where the key was not sent. Check the address.',
    remedy: 'Set SCRIP_URL to where the server really is.',
  },
  'id-invalid': {
    exit: 'usage',
    says: '--id must be 1 to 255 printable ASCII characters.',
    remedy: 'Choose another --id, or leave it away.',
  },
  'id-unusable': {
    exit: 'usage',
    says: '"…" cannot be an id here.',
    remedy: 'Give the id of what is meant: the "list" commands show ids.',
  },
  'secret-missing': {
    exit: 'usage',
    says: 'No key was given.',
    remedy: 'Type it where it is asked for, or pipe it in, as in: scrip key import acme < key.txt',
  },
  'not-confirmed': {
    exit: 'usage',
    says: 'Nothing was done: it was not confirmed.',
    remedy: 'Type what is asked for, or add --yes where no person is there to be asked.',
  },
  'file-unreadable': {
    exit: 'failure',
    says: '… cannot be read: ….',
    remedy: 'Name a file that can be read, or - for standard input.',
  },
  'debits-invalid': {
    exit: 'usage',
    says: 'The file cannot be read as debits: ….',
    remedy: '"scrip debit --help" shows what a line looks like.',
  },
  'card-invalid': {
    exit: 'usage',
    says: '… is no rate card: ….',
    remedy: '"scrip rate-card show --json" prints one to start from.',
  },
  'lines-refused': {
    exit: 'failure',
    says: '… of … lines were refused….',
    remedy: 'Put right what is said of each line, then send the same file again: no line is debited twice.',
  },
  'lines-failed': {
    exit: 'failure',
    says: '… of … lines met a fault of the server….',
    remedy: 'When the server is well again, send the same file again: no line is debited twice.',
  },
  'not-affordable': {
    exit: 'no',
    says: 'Not affordable: … missing.',
    remedy: '"scrip grant give" gives more.',
  },
  'address-unusable': {
    exit: 'failure',
    says: 'it cannot listen: …',
    remedy: 'Choose another address with --host, or another port with --port.',
  },
  'port-in-use': {
    exit: 'failure',
    says: 'the port is in use by another program',
    remedy: 'Choose another with --port, or stop that program.',
  },
} as const satisfies Readonly<Record<string, Failure>>;

/** Every failure that is the program's own and not a refusal of the API. `npm run docs` writes docs/errors.md from it. */
export const failures = {
  ...settingFailures,
  ...commandFailures,
  ...dataFailures,
  ...vendorFailures,
  ...planFailures,
};

export type FailureCode = keyof typeof failures;
