import type { Debit, Hold, ListedHold, Page } from '@scrip/client';
import type { Command } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, commandGroup, connect, parseInteger, showReply } from '../api-command.ts';
import { lotsCell, timeCell } from '../cell.ts';
import type { ChargeFlags, IdFlag } from '../charge-flags.ts';
import { addChargeFlags, addIdFlag, changeId, chargeBody } from '../charge-flags.ts';
import type { PageFlags } from '../page-flags.ts';
import { addPageFlags, pageQuery, sayNext } from '../page-flags.ts';
import { formatRecord, formatTable } from '../table.ts';
import { emphasise, soften } from '../terminal.ts';
import { formatDebit } from './debit-command.ts';

type PlaceFlags = ApiFlags & ChargeFlags & { readonly ttlSeconds?: number };
type CaptureFlags = ApiFlags &
  IdFlag & { readonly amount?: string; readonly quantity?: string; readonly allowExcess?: boolean };
type ListFlags = ApiFlags & PageFlags & { readonly open?: boolean };

export function holdCommand(): Command {
  return commandGroup('hold', 'set credits aside, then take or free them', [
    placeCommand(),
    captureCommand(),
    releaseCommand(),
    listCommand(),
  ]);
}

function placeCommand(): Command {
  const command = apiCommand('place', {
    description: 'set credits aside until they are captured or released, or the deadline passes',
    examples: [
      'scrip hold place acme --action sms --quantity 1000 --ttl-seconds 600 --id campaign-1',
      'scrip hold place acme --pool standard --amount 50',
    ],
  }).argument('<account>', 'whose credits');
  return addIdFlag(
    addChargeFlags(command).option(
      '--ttl-seconds <number>',
      'when it expires by itself, up to 86400 (default: 900)',
      parseInteger,
    ),
  ).action(async (account: string, flags: PlaceFlags) => {
    const reply = await connect().call<Hold>({
      method: 'POST',
      path: ['accounts', account, 'holds'],
      body: { ...chargeBody(flags), ttlSeconds: flags.ttlSeconds },
      id: changeId(flags),
      needs: ['id', 'balance'],
    });
    showReply(reply, flags, formatHold);
  });
}

function captureCommand(): Command {
  const command = apiCommand('capture', {
    description: 'debit a hold, or less of it: the rest is free again',
    examples: [
      'scrip hold capture acme campaign-1',
      'scrip hold capture acme campaign-1 --quantity 990',
      'scrip hold capture acme campaign-1 --amount 1010 --allow-excess',
    ],
  })
    .argument('<account>', 'whose credits')
    .argument('<hold>', "the hold's id")
    .option('--amount <number>', 'credits to take (default: all of the hold)')
    .option('--quantity <number>', "quantity to take, priced as the hold's")
    .option('--allow-excess', 'more than the hold may be taken, where the balance allows it');
  return addIdFlag(command).action(async (account: string, hold: string, flags: CaptureFlags) => {
    const { amount, quantity, allowExcess } = flags;
    const reply = await connect().call<Debit>({
      method: 'POST',
      path: ['accounts', account, 'holds', hold, 'capture'],
      body: { amount, quantity, allowExcess },
      id: changeId(flags),
      needs: ['id', 'balance'],
    });
    showReply(reply, flags, formatDebit);
  });
}

function releaseCommand(): Command {
  const command = apiCommand('release', {
    description: 'give back what a hold has set aside',
    examples: ['scrip hold release acme campaign-1'],
  })
    .argument('<account>', 'whose credits')
    .argument('<hold>', "the hold's id");
  return addIdFlag(command).action(async (account: string, hold: string, flags: ApiFlags & IdFlag) => {
    const reply = await connect().call<Hold>({
      method: 'POST',
      path: ['accounts', account, 'holds', hold, 'release'],
      id: changeId(flags),
      needs: ['id', 'balance'],
    });
    showReply(reply, flags, formatHold);
  });
}

function listCommand(): Command {
  return addPageFlags(
    apiCommand('list', {
      description: "list an account's holds",
      examples: ['scrip hold list acme', 'scrip hold list acme --open --json'],
    })
      .argument('<account>', 'whose')
      .option('--open', 'only those that are open'),
  ).action(async (account: string, flags: ListFlags) => {
    const reply = await connect().call<Page<ListedHold>>({
      method: 'GET',
      path: ['accounts', account, 'holds'],
      query: { ...pageQuery(flags), state: flags.open === true ? 'open' : undefined },
      needs: ['data'],
    });
    showReply(reply, flags, ({ data }) =>
      formatTable(
        [
          { header: 'HOLD', value: ({ id }) => id },
          { header: 'STATE', value: ({ state }) => state },
          { header: 'POOL', value: ({ pool }) => pool },
          { header: 'AMOUNT', align: 'right', value: ({ amount }) => amount },
          { header: 'ACTION', value: ({ action }) => action },
          { header: 'QUANTITY', align: 'right', value: ({ quantity }) => quantity },
          { header: 'EXPIRES', value: ({ expiresAt }) => timeCell(expiresAt) },
        ],
        data,
        emphasise,
      ),
    );
    sayNext(reply.value.next);
  });
}

function formatHold({ id, state, pool, amount, action, quantity, lots, expiresAt, balance }: Hold): string {
  return formatRecord(
    [
      ['hold', id],
      ['state', state],
      ['pool', pool],
      ['amount', amount],
      ['action', action],
      ['quantity', quantity],
      ['lots', lotsCell(lots)],
      ['expires', timeCell(expiresAt)],
      ['available', balance.available],
      ['held', balance.held],
    ],
    soften,
  );
}
