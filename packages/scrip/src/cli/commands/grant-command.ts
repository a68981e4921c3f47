import type { Grant, ListedGrant, Page, VoidedGrant } from '@scrip/client';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, commandGroup, connect, parseInteger, showReply } from '../api-command.ts';
import { lotsCell, timeCell } from '../cell.ts';
import type { IdFlag } from '../charge-flags.ts';
import { addIdFlag, changeId } from '../charge-flags.ts';
import type { PageFlags } from '../page-flags.ts';
import { addPageFlags, pageQuery, sayNext } from '../page-flags.ts';
import { formatRecord, formatTable } from '../table.ts';
import { emphasise, soften } from '../terminal.ts';

interface GiveFlags extends ApiFlags, IdFlag {
  readonly pool: string;
  readonly amount: string;
  readonly every?: string;
  readonly rollover?: string;
  readonly startsAt?: string;
  readonly expiresAt?: string;
  readonly priority?: number;
  readonly price?: { amount: string; currency: string };
  readonly source?: string;
  readonly note?: string;
}

export function grantCommand(): Command {
  return commandGroup('grant', 'give credits, list what was given, void a grant', [
    giveCommand(),
    listCommand(),
    voidCommand(),
  ]);
}

function giveCommand(): Command {
  const command = apiCommand('give', {
    description: 'give credits, once or every period',
    examples: [
      'scrip grant give acme --pool standard --amount 1500',
      'scrip grant give acme --pool email --amount 100 --every month --rollover 50',
      'scrip grant give acme --pool eur --amount 20 --price 20:EUR --expires-at 2027-01-01T00:00:00Z',
      'scrip grant give acme --pool standard --amount 500 --id order-7     # safe to run again',
    ],
  })
    .argument('<account>', 'who gets them')
    .requiredOption('--pool <name>', 'the kind of credits')
    .requiredOption('--amount <number>', 'how many; of a recurring grant, in each period')
    .addOption(
      new Option('--every <period>', "recurring, by the account's time zone").choices([
        'day',
        'week',
        'month',
        'year',
      ]),
    )
    .option(
      '--rollover <what>',
      'what stays of a period: none, all, or at most so many credits (default: none)',
    )
    .option('--starts-at <time>', 'when it starts (default: now)')
    .option('--expires-at <time>', 'when what is left is gone; of a recurring grant, when it ends')
    .option('--priority <number>', 'lower is used up first (default: 0)', parseInteger)
    .option('--price <amount:currency>', 'what was paid for it, such as 49.90:EUR', parsePrice)
    .addOption(
      new Option('--source <source>', 'where it comes from (default: purchase)').choices([
        'purchase',
        'trial',
        'promotion',
        'adjustment',
      ]),
    )
    .option('--note <text>', 'a note for people');
  return addIdFlag(command).action(async (account: string, flags: GiveFlags) => {
    const reply = await connect().call<Grant>({
      method: 'POST',
      path: ['accounts', account, 'grants'],
      body: grantBody(flags),
      id: changeId(flags),
      needs: ['id', 'balance'],
    });
    showReply(reply, flags, formatGrant);
  });
}

function grantBody({
  pool,
  amount,
  every,
  rollover,
  startsAt,
  expiresAt,
  priority,
  price,
  source,
  note,
}: GiveFlags) {
  return {
    pool,
    amount,
    kind: every === undefined ? 'one-time' : 'recurring',
    every,
    rollover:
      rollover === undefined || rollover === 'none' || rollover === 'all' ? rollover : { max: rollover },
    startsAt,
    expiresAt,
    priority,
    price,
    source,
    note,
  };
}

function parsePrice(text: string): { amount: string; currency: string } {
  const [, amount, currency] = /^([\d.]+):([A-Z]{3})$/.exec(text) ?? [];
  if (amount === undefined || currency === undefined)
    throw new InvalidArgumentError('It must be written like 49.90:EUR.');
  return { amount, currency };
}

function listCommand(): Command {
  return addPageFlags(
    apiCommand('list', {
      description: "list an account's grants with what remains of each",
      examples: ['scrip grant list acme', 'scrip grant list acme --json'],
    }).argument('<account>', 'whose'),
  ).action(async (account: string, flags: ApiFlags & PageFlags) => {
    const reply = await connect().call<Page<ListedGrant>>({
      method: 'GET',
      path: ['accounts', account, 'grants'],
      query: pageQuery(flags),
      needs: ['data'],
    });
    showReply(reply, flags, ({ data }) =>
      formatTable(
        [
          { header: 'GRANT', value: ({ id }) => id },
          { header: 'POOL', value: ({ pool }) => pool },
          { header: 'AMOUNT', align: 'right', value: ({ amount }) => amount },
          { header: 'REMAINING', align: 'right', value: ({ remaining }) => remaining },
          { header: 'HELD', align: 'right', value: ({ held }) => held },
          { header: 'EVERY', value: ({ every }) => every },
          { header: 'NEXT', value: ({ nextAt }) => timeCell(nextAt) },
          { header: 'EXPIRES', value: ({ expiresAt }) => timeCell(expiresAt) },
          { header: 'VOIDED', value: ({ voidedAt }) => timeCell(voidedAt) },
          { header: 'SOURCE', value: ({ source }) => source },
        ],
        data,
        emphasise,
      ),
    );
    sayNext(reply.value.next);
  });
}

function voidCommand(): Command {
  return addIdFlag(
    apiCommand('void', {
      description: 'forfeit what is free of a grant and end its periods; what holds own stays theirs',
      examples: ['scrip grant void acme order-7'],
    })
      .argument('<account>', 'whose')
      .argument('<grant>', "the grant's id"),
  ).action(async (account: string, grant: string, flags: ApiFlags & IdFlag) => {
    const reply = await connect().call<VoidedGrant>({
      method: 'POST',
      path: ['accounts', account, 'grants', grant, 'void'],
      id: changeId(flags),
      needs: ['id', 'balance'],
    });
    showReply(reply, flags, ({ id, grantId, pool, amount, lots, balance }) =>
      formatRecord(
        [
          ['void', id],
          ['grant', grantId],
          ['pool', pool],
          ['forfeited', amount],
          ['lots', lotsCell(lots)],
          ['available', balance.available],
        ],
        soften,
      ),
    );
  });
}

function formatGrant(grant: Grant): string {
  const { id, pool, amount, every, rollover, startsAt, expiresAt, nextAt, price, balance } = grant;
  return formatRecord(
    [
      ['grant', id],
      ['pool', pool],
      ['amount', every === null ? amount : `${amount} every ${every}`],
      ...(every === null
        ? []
        : [['rollover', typeof rollover === 'string' ? rollover : `at most ${rollover.max}`] as const]),
      ['starts', timeCell(startsAt)],
      ['next', timeCell(nextAt)],
      ['expires', timeCell(expiresAt)],
      ['price', price === null ? null : `${price.amount} ${price.currency}`],
      ['source', grant.source],
      ['note', grant.note],
      ['available', balance.available],
    ],
    soften,
  );
}
