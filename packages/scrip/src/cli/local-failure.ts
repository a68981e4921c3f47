import { CommandFailure } from './command-failure.ts';
import { exitCode } from './exit-code.ts';

/** A failure of work on this machine; `--json` prints it as an object with its code and detail. */
export function localFailure(
  message: string,
  {
    code,
    hint = null,
    cause,
    about = {},
  }: { code: string; hint?: string | null; cause?: unknown; about?: object },
): CommandFailure {
  return new CommandFailure(message, {
    exitCode: exitCode.failure,
    code,
    hint,
    cause,
    reply: JSON.stringify({ code, detail: message, ...about }),
  });
}
