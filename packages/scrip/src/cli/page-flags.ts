import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { parseInteger } from './api-command.ts';
import { say } from './terminal.ts';

export interface PageFlags {
  readonly limit?: number;
  readonly after?: string;
}

const MOST_ITEMS = 1000;

function parseLimit(text: string): number {
  const limit = parseInteger(text);
  if (limit >= 1 && limit <= MOST_ITEMS) return limit;
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST_ITEMS}.`);
}

/** The flags of a list. */
export function addPageFlags(command: Command): Command {
  return command
    .option('--limit <number>', 'at most so many, up to 1000 (default: 100)', parseLimit)
    .option('--after <cursor>', 'what follows an earlier page');
}

export function pageQuery({ limit, after }: PageFlags): Record<string, string | undefined> {
  return { limit: limit === undefined ? undefined : `${limit}`, after };
}

/** Says how to read on where a list does not end with this page. */
export function sayNext(next: string | null): void {
  if (next !== null) say(`There are more: add --after ${next}`);
}
