import type { Quote } from '@scrip/client';
import type { Command } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, collectPairs, connect, showReply } from '../api-command.ts';
import { CommandFailure } from '../command-failure.ts';
import { formatTable } from '../table.ts';
import { emphasise } from '../terminal.ts';

type QuoteFlags = ApiFlags & { readonly for: readonly (readonly [string, string])[] };

export function quoteCommand(): Command {
  return apiCommand('quote', {
    description:
      'say what actions would cost, and whether the balance affords them (exit 3 where it does not)',
    examples: [
      'scrip quote acme --for voice_call=1200 --for sms=500',
      'scrip quote acme --for sms=500 && ./start-campaign',
    ],
  })
    .argument('<account>', 'who would pay')
    .requiredOption('--for <action=quantity>', 'an action and how much of it; can be repeated', collectPairs)
    .action(async (account: string, flags: QuoteFlags) => {
      const lines = flags.for.map(([action, quantity]) => ({ action, quantity }));
      const reply = await connect().call<Quote>({
        method: 'POST',
        path: ['accounts', account, 'quotes'],
        body: { lines },
        effect: 'none',
        needs: ['pools', 'lines'],
      });
      showReply(reply, flags, formatQuote);
      const { affordable, pools } = reply.value;
      if (affordable) return;
      const missing = pools
        .filter(({ shortfall }) => shortfall !== '0')
        .map(({ pool, shortfall }) => `${shortfall} of ${pool}`);
      throw CommandFailure.of('not-affordable', `Not affordable: ${missing.join(' and ')} missing.`, {
        hint: `"scrip grant give ${account}" gives more.`,
        about: null,
      });
    });
}

function formatQuote({ lines, pools }: Quote): string {
  const priced = formatTable(
    [
      { header: 'ACTION', value: ({ action }) => action },
      { header: 'QUANTITY', align: 'right', value: ({ quantity }) => quantity },
      { header: 'POOL', value: ({ pool }) => pool },
      { header: 'AMOUNT', align: 'right', value: ({ amount }) => amount },
    ],
    lines,
    emphasise,
  );
  const needed = formatTable(
    [
      { header: 'POOL', value: ({ pool }) => pool },
      { header: 'REQUIRED', align: 'right', value: ({ required }) => required },
      { header: 'AVAILABLE', align: 'right', value: ({ available }) => available },
      { header: 'SHORTFALL', align: 'right', value: ({ shortfall }) => shortfall },
    ],
    pools,
    emphasise,
  );
  return `${priced}\n\n${needed}`;
}
