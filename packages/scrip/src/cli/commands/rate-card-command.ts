import type { RateCard } from '@scrip/client';
import type { Command } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, commandGroup, connect, parsePlace, showReply } from '../api-command.ts';
import { readCardFile } from '../card-file.ts';
import { timeCell } from '../cell.ts';
import type { IdFlag } from '../charge-flags.ts';
import { addIdFlag, changeId } from '../charge-flags.ts';
import { formatTable } from '../table.ts';
import { emphasise, say } from '../terminal.ts';

export function rateCardCommand(): Command {
  return commandGroup('rate-card', 'show the prices, publish new ones', [showCommand(), publishCommand()]);
}

function showCommand(): Command {
  return apiCommand('show', {
    description: 'show the rate card: pools, actions and their prices',
    examples: ['scrip rate-card show', 'scrip rate-card show 1', 'scrip rate-card show --json > card.json'],
  })
    .argument('[version]', 'an earlier version (default: the current one)')
    .action(async (version: string | undefined, flags: ApiFlags) => {
      const path = version === undefined ? ['rate-card'] : ['rate-card', version];
      showCard(await connect().call<RateCard>({ method: 'GET', path, needs: ['actions', 'pools'] }), flags);
    });
}

function publishCommand(): Command {
  return addIdFlag(
    apiCommand('publish', {
      description: 'publish a new version; debits are priced by it from then on',
      examples: [
        'scrip rate-card show --json > card.json     # then edit it, and',
        'scrip rate-card publish card.json',
      ],
    }).argument('<file>', 'the card as JSON; - reads standard input', parsePlace),
  ).action(async (file: string, flags: ApiFlags & IdFlag) => {
    const client = connect();
    const reply = await client.call<RateCard>({
      method: 'PUT',
      path: ['rate-card'],
      body: await readCardFile(file, 'card-invalid'),
      id: changeId(flags),
      needs: ['actions', 'pools'],
    });
    showCard(reply, flags);
  });
}

function showCard(reply: Parameters<typeof showReply<RateCard>>[0], flags: ApiFlags): void {
  showReply(reply, flags, formatCard);
  const { version, publishedAt } = reply.value;
  if (flags.json !== true) say(`Version ${version}, published at ${timeCell(publishedAt)}.`);
}

function formatCard({ pools, actions }: RateCard): string {
  const prices = formatTable(
    [
      { header: 'ACTION', value: ([action]) => action },
      { header: 'POOL', value: ([, { pool }]) => pool },
      { header: 'AMOUNT', align: 'right', value: ([, { amount }]) => amount },
      { header: 'PER', align: 'right', value: ([, { per }]) => per },
      { header: 'UNIT', value: ([, { unit }]) => unit },
      { header: 'ROUNDING', value: ([, { rounding }]) => rounding },
      { header: 'MINIMUM', align: 'right', value: ([, { minimum }]) => minimum },
    ],
    Object.entries(actions),
    emphasise,
  );
  const kinds = formatTable(
    [
      { header: 'POOL', value: ({ id }) => id },
      { header: 'DECIMALS', align: 'right', value: ({ decimals }) => `${decimals}` },
      { header: 'UNIT', value: ({ unit }) => unit },
    ],
    pools,
    emphasise,
  );
  return `${prices}\n\n${kinds}`;
}
