import type { exitCode } from './exit-code.ts';

/** A row of docs/errors.md: how the command line fails. */
export interface Failure {
  /** The name of the exit code. */
  readonly exit: keyof typeof exitCode;
  /** What is printed on standard error; `…` stands for words that depend on the moment. */
  readonly says: string;
  /** What to do next, printed below it where the place that fails has nothing better to say. */
  readonly remedy: string;
}
