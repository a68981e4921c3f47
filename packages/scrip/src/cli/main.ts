import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { SettingError } from '../config/setting-error.ts';
import { CommandFailure } from './command-failure.ts';
import { accountCommand } from './commands/account-command.ts';
import { backupCommand } from './commands/backup-command.ts';
import { balanceCommand } from './commands/balance-command.ts';
import { checkCommand } from './commands/check-command.ts';
import { completeCommand, completionCommand } from './commands/completion-command.ts';
import { debitCommand } from './commands/debit-command.ts';
import { exportCommand } from './commands/export-command.ts';
import { explainCommand } from './commands/explain-command.ts';
import { grantCommand } from './commands/grant-command.ts';
import { holdCommand } from './commands/hold-command.ts';
import { importCommand } from './commands/import-command.ts';
import { keyCommand } from './commands/key-command.ts';
import { operatorKeyCommand } from './commands/operator-key-command.ts';
import { quoteCommand } from './commands/quote-command.ts';
import { rateCardCommand } from './commands/rate-card-command.ts';
import { refundCommand } from './commands/refund-command.ts';
import { restoreCommand } from './commands/restore-command.ts';
import { sealCommand } from './commands/seal-command.ts';
import { usageCommand } from './commands/usage-command.ts';
import { verifyCommand } from './commands/verify-command.ts';
import { watchCommand } from './commands/watch-command.ts';
import { exitCode } from './exit-code.ts';
import { guardOutput } from './guard-output.ts';
import { hyphenated } from './hyphenated.ts';
import { serveCommand } from './serve-command.ts';
import { linesOf, ReaderGone, say, warn, writeData } from './terminal.ts';

const ABOUT = `
SCRIP_URL names the server (default: http://127.0.0.1:8787), SCRIP_KEY the key to ask it with.
VOICEPARTNER_API_KEY, SUPERTONE_API_KEY, VOXPRIA_API_KEY and OCEAN_API_TOKEN are keys at the vendors.
Exit codes: 0 done, 1 failed, 2 the command line is wrong, 3 a check said no, 4 not authorised.
"scrip COMMAND --help" shows what a command takes, with examples.`;

/** Runs one command of the command line; the process ends with its exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  guardOutput();
  try {
    await createProgram().parseAsync(argv);
  } catch (thrown) {
    const error = asCommandFailure(thrown);
    answerFailure(error, { json: argv.includes('--json') });
    // Threads that a command had started before it failed would keep the process.
    process.stdout.write('', () => {
      // Where the disk is full, the stream's own error ends the process before.
      setImmediate(() => process.exit(exitCodeOf(error)));
    });
  }
}

function createProgram(): Command {
  const program = new Command('scrip')
    .description('Keeps, serves and watches prepaid credits.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError('(scrip --help shows what there is)')
    .addHelpText('after', ABOUT)
    .enablePositionalOptions()
    .exitOverride();
  const commands = [
    serveCommand().exitOverride(),
    accountCommand(),
    keyCommand(),
    operatorKeyCommand(),
    grantCommand(),
    debitCommand(),
    holdCommand(),
    refundCommand(),
    balanceCommand(),
    usageCommand(),
    checkCommand(),
    watchCommand(),
    quoteCommand(),
    explainCommand(),
    rateCardCommand(),
    exportCommand(),
    importCommand(),
    backupCommand(),
    restoreCommand(),
    sealCommand(),
    verifyCommand(),
    completionCommand(),
  ];
  for (const command of commands) program.addCommand(command);
  program.addCommand(helpCommand(program));
  program.addCommand(completeCommand(program), { hidden: true });
  return program;
}

/** The parser's own knows no commands of a group. */
function helpCommand(program: Command): Command {
  return new Command('help')
    .description('print this help, or that of a command')
    .argument('[command...]')
    .helpOption('-h, --help', 'print this help')
    .showHelpAfterError('(scrip --help shows what there is)')
    .exitOverride()
    .action((words: readonly string[]) => {
      let about = program;
      for (const word of words) {
        const named = about.commands.find((command) => command.name() === word);
        if (named === undefined)
          return about.error(`error: unknown command '${word}'`, { code: 'commander.unknownCommand' });
        about = named;
      }
      return about.outputHelp();
    });
}

/** What package.json says; it stands above the sources and above what is built of them alike. */
function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function answerFailure(error: unknown, { json }: { json: boolean }): void {
  if (error instanceof ReaderGone) return;
  // Commander has already said what is wrong with the command line.
  if (error instanceof CommanderError) {
    if (json && error.exitCode !== 0) writeData(JSON.stringify(usageProblem(error)));
    return;
  }
  say(`${warn('scrip:')} ${messageOf(error)}`);
  if (!(error instanceof CommandFailure)) return;
  if (error.hint !== null) say(linesOf(error.hint));
  if (json && error.reply !== null) writeData(error.reply);
}

/** As the table of failures calls it: `commander.unknownOption` is `unknown-option`. */
function usageProblem({ code, message }: CommanderError): { code: string; detail: string } {
  const name = code.replace('commander.', '');
  const detail = name === 'help' ? 'a command is missing' : message.replace(/^error: /, '');
  return { code: hyphenated(name), detail };
}

/** A setting that is wrong is a failure like any other, with its row in the table. */
function asCommandFailure(error: unknown): unknown {
  return error instanceof SettingError
    ? CommandFailure.of(error.code, error.message, { cause: error })
    : error;
}

function exitCodeOf(error: unknown): number {
  if (error instanceof ReaderGone) return exitCode.ok;
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  return error instanceof CommandFailure ? error.exitCode : exitCode.failure;
}

/** What a person can act on in one line; anything unforeseen with its stack, because it is a bug. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error instanceof CommandFailure ? linesOf(error.message) : (error.stack ?? error.message);
}
