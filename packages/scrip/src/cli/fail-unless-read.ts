import type { CommandFailure } from './command-failure.ts';
import type { ExitCode } from './exit-code.ts';
import { exitCode } from './exit-code.ts';
import type { TargetBalance } from './target-balance.ts';

/** Throws when a target could not be read: once for what all of them have in common. */
export function failUnlessRead(balances: readonly TargetBalance[]): void {
  const failures = balances.flatMap((read) => ('failure' in read ? [read] : []));
  const [first] = failures;
  if (first === undefined) return;
  const isShared =
    failures.length > 1 && failures.every(({ failure }) => failure.message === first.failure.message);
  const message = isShared
    ? first.failure.message
    : failures.map(({ target, failure }) => `${target.name}: ${failure.message}`).join('\n');
  throw first.failure.reworded(message, {
    exitCode: exitOfAll(failures),
    hint: hintOfAll(failures),
  });
}

/** Whatever is wrong with a target, it is told as one that could not be read. */
export function exitOfAll(failures: readonly { readonly failure: CommandFailure }[]): ExitCode {
  const isRefused = failures.some(({ failure }) => failure.exitCode === exitCode.notAuthorised);
  return isRefused ? exitCode.notAuthorised : exitCode.failure;
}

/** What to do next about each of them, told once where it is the same. */
export function hintOfAll(failures: readonly { readonly failure: CommandFailure }[]): string | null {
  const hints = new Set(failures.flatMap(({ failure: { hint } }) => (hint === null ? [] : [hint])));
  return hints.size === 0 ? null : [...hints].join('\n');
}
