import { type DialectName, dialectNames } from '@scrip/dialects';
import { Argument } from 'commander';
import { CommandFailure } from './command-failure.ts';
import { vendorsWithKeys } from './open-vendor.ts';

/** Whose balance is read: a vendor's, or that of an account of the server. */
export type BalanceTarget =
  | { readonly kind: 'vendor'; readonly name: DialectName }
  | { readonly kind: 'account'; readonly name: string };

/** The target that a word of the command line names. No account is named like a vendor. */
export function parseTarget(word: string): BalanceTarget {
  const vendor = dialectNames.find((name) => name === word);
  return vendor === undefined ? { kind: 'account', name: word } : { kind: 'vendor', name: vendor };
}

/** The targets of a command line, each once; without one, every vendor whose key is in the environment. */
export function chooseTargets(words: readonly string[]): BalanceTarget[] {
  if (words.length > 0) return [...new Set(words)].map(parseTarget);
  const vendors = vendorsWithKeys();
  if (vendors.length > 0) return vendors.map((name) => ({ kind: 'vendor', name }));
  throw CommandFailure.of('no-target', "No target is named, and no vendor's key is in the environment.");
}

/** An argument that names targets: vendors are completed, accounts are too many to. */
export class TargetArgument extends Argument {
  readonly suggestions: readonly string[];

  constructor(name: string, description?: string, suggestions: readonly DialectName[] = dialectNames) {
    super(name, description);
    this.suggestions = suggestions;
  }
}

export const TARGETS_HELP = `${dialectNames.join(', ')}, or ids of accounts (default: every vendor whose key is in the environment)`;
