import type { ExitCode } from './exit-code.ts';

/** A command that could not be done: what is wrong, what to do next, and what the exit says. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;
  /** What to do next. */
  readonly hint: string | null;
  /** The reply of the API that said no, for `--json`. */
  readonly reply: string | null;
  /** A stable name of what is wrong. */
  readonly code: string;

  constructor(
    message: string,
    {
      exitCode,
      code,
      hint = null,
      reply = null,
      cause,
    }: { exitCode: ExitCode; code: string; hint?: string | null; reply?: string | null; cause?: unknown },
  ) {
    super(message, { cause });
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
    this.code = code;
    this.hint = hint;
    this.reply = reply;
  }
}
