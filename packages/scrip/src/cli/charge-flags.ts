import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { parseObject } from './api-command.ts';

export interface IdFlag {
  readonly id?: string;
}

/** What a debit and a hold take. */
export interface ChargeFlags extends IdFlag {
  readonly action?: string;
  readonly quantity?: string;
  readonly pool?: string;
  readonly amount?: string;
  readonly occurredAt?: string;
  readonly metadata?: Record<string, unknown>;
}

export function addIdFlag(command: Command): Command {
  return command.option(
    '--id <id>',
    'makes the change safe to repeat: the same id happens once (default: a new one)',
  );
}

export function addChargeFlags(command: Command): Command {
  return command
    .option('--action <name>', 'an action of the rate card, with --quantity')
    .option('--quantity <number>', 'how much of the action; seconds where it is priced by time')
    .option('--pool <name>', 'a pool, with --amount: credits without an action')
    .option('--amount <number>', 'how many credits of the pool')
    .option('--occurred-at <time>', 'when it was used, for usage by day (default: now)')
    .option('--metadata <json>', 'a JSON object to keep with it', parseObject);
}

export function chargeBody({ action, quantity, pool, amount, occurredAt, metadata }: ChargeFlags): object {
  return { action, quantity, pool, amount, occurredAt, metadata };
}

/** The id that was given, or a new one: every change that the command line sends is safe to send again. */
export function changeId({ id }: IdFlag): string {
  return id ?? randomUUID();
}
