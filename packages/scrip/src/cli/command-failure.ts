import type { ExitCode } from './exit-code.ts';
import { exitCode } from './exit-code.ts';
import type { FailureCode } from './failure-table.ts';
import { failures } from './failure-table.ts';

interface Told {
  /** What to do next, where it is more than the table of failures says. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** What `--json` prints of it beside its code and its words; null where it has printed all that there is to know. */
  readonly about?: object | null;
}

/** Where the disk does not take what is written. */
export function filesUnwritable(cause: unknown, told: Omit<Told, 'cause'> = {}): CommandFailure {
  const message = `The files cannot be written: ${(cause as Error).message}.`;
  return CommandFailure.of('files-unwritable', message, { ...told, cause });
}

/** A command that could not be done: what is wrong, what to do next, and what the exit says. */
export class CommandFailure extends Error {
  /** A stable name of what is wrong: of the table of failures, or of the API's problems. */
  readonly code: string;
  readonly exitCode: ExitCode;
  /** What to do next. */
  readonly hint: string | null;
  /** What `--json` prints: the reply of the API that said no, or code and words and what more is known. */
  readonly reply: string | null;

  private constructor(
    message: string,
    { code, exitCode: exit, hint, reply }: Pick<CommandFailure, 'code' | 'exitCode' | 'hint' | 'reply'>,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'CommandFailure';
    this.code = code;
    this.exitCode = exit;
    this.hint = hint;
    this.reply = reply;
  }

  /** A failure of the program's own: each has a row in the table of failures. */
  static of(code: FailureCode, message: string, { hint, cause, about }: Told = {}): CommandFailure {
    const { exit, remedy } = failures[code];
    const reply = about === null ? null : JSON.stringify({ code, detail: message, ...about });
    const kept = { code, exitCode: exitCode[exit], hint: hint ?? remedy, reply };
    return new CommandFailure(message, kept, cause);
  }

  /** A refusal of the API, under the problem's own code. */
  static ofProblem(
    message: string,
    { cause, ...problem }: Pick<CommandFailure, 'code' | 'exitCode' | 'hint' | 'reply' | 'cause'>,
  ): CommandFailure {
    return new CommandFailure(message, problem, cause);
  }

  /** The same failure in other words. Without `about`, `--json` has printed all that there is to know. */
  reworded(
    message: string,
    { about = null, ...told }: Partial<Pick<CommandFailure, 'hint' | 'exitCode'>> & Pick<Told, 'about'> = {},
  ): CommandFailure {
    const { code, exitCode: exit, hint } = this;
    const reply = about === null ? null : JSON.stringify({ code, detail: message, ...about });
    return new CommandFailure(message, { code, exitCode: exit, hint, ...told, reply }, this);
  }
}
