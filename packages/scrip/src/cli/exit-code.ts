/** What the program's exit says. */
export const exitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  /** A check that ran, and said no. */
  no: 3,
  notAuthorised: 4,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];
