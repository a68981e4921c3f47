import type { AccountUsage } from '@scrip/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, connect, showReply } from '../api-command.ts';
import { formatTable } from '../table.ts';
import { emphasise, say } from '../terminal.ts';

type By = 'day' | 'action' | 'key';
type UsageFlags = ApiFlags & { readonly start?: string; readonly end?: string; readonly by: By };

export function usageCommand(): Command {
  return apiCommand('usage', {
    description: 'show what an account has used, by day, action or key',
    examples: [
      'scrip usage acme',
      'scrip usage acme --start 2026-11-01 --end 2026-11-30 --by action',
      'scrip usage acme --by key --json',
    ],
  })
    .argument('<account>', 'whose')
    .option('--start <day>', "first day, YYYY-MM-DD in the account's time zone (default: 30 days)")
    .option('--end <day>', 'last day (default: today)')
    .addOption(
      new Option('--by <what>', 'what a line is of').choices(['day', 'action', 'key']).default('day'),
    )
    .action(async (account: string, flags: UsageFlags) => {
      const { start, end, by } = flags;
      const reply = await connect().call<AccountUsage>({
        method: 'GET',
        path: ['accounts', account, 'usage'],
        query: { start, end, by },
      });
      showReply(reply, flags, (usage) => formatUsage(usage, by));
      if (flags.json !== true)
        say(`From ${reply.value.start} to ${reply.value.end}, days in ${reply.value.timezone}.`);
    });
}

function formatUsage({ data, total }: AccountUsage, by: By): string {
  const lines = data.map((line) => ({ ...line, group: line[by] ?? null }));
  const sums = total.map((line) => ({ ...line, group: 'total' }));
  return formatTable(
    [
      { header: by.toUpperCase(), value: ({ group }) => group },
      { header: 'POOL', value: ({ pool }) => pool },
      { header: 'CALLS', align: 'right', value: ({ calls }) => `${calls}` },
      { header: 'AMOUNT', align: 'right', value: ({ amount }) => amount },
    ],
    [...lines, ...sums],
    emphasise,
  );
}
