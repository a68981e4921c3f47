import type { Command } from 'commander';
import { parseInteger } from './api-command.ts';
import { say } from './terminal.ts';

export interface PageFlags {
  readonly limit?: number;
  readonly after?: string;
}

/** The flags of a list. */
export function addPageFlags(command: Command): Command {
  return command
    .option('--limit <number>', 'at most so many, up to 1000 (default: 100)', parseInteger)
    .option('--after <cursor>', 'what follows an earlier page');
}

export function pageQuery({ limit, after }: PageFlags): Record<string, string | undefined> {
  return { limit: limit === undefined ? undefined : `${limit}`, after };
}

/** Says how to read on where a list does not end with this page. */
export function sayNext(next: string | null): void {
  if (next !== null) say(`There are more: add --after ${next}`);
}
