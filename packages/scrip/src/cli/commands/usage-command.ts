import type { AccountUsage } from '@scrip/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, connect, showReply } from '../api-command.ts';
import { parseTarget, TargetArgument } from '../balance-target.ts';
import { formatTable } from '../table.ts';
import { emphasise, say, writeData } from '../terminal.ts';
import { formatVendorUsage, readVendorUsage, renderVendorUsage } from '../vendor-usage.ts';

type By = 'day' | 'action' | 'key';
type UsageFlags = ApiFlags & { readonly start?: string; readonly end?: string; readonly by: By };

export function usageCommand(): Command {
  const command = apiCommand('usage', {
    description: 'show what was used: of an account by day, action or key, of a vendor by day',
    json: 'print the reply of the API as it is; of a vendor, JSON by day',
    examples: [
      'scrip usage voxpria                       # a vendor that tells it; supertone too',
      'scrip usage acme',
      'scrip usage acme --start 2026-11-01 --end 2026-11-30 --by action',
      'scrip usage acme --by key --json',
    ],
  });
  return command
    .addArgument(new TargetArgument('<target>', 'an account, supertone or voxpria', ['supertone', 'voxpria']))
    .option(
      '--start <day>',
      "first day, YYYY-MM-DD in the account's time zone (default: 29 days before the last, so 30 in all)",
    )
    .option('--end <day>', 'last day (default: today)')
    .addOption(
      new Option('--by <what>', 'what a line is of; key: the operator key that asked for it')
        .choices(['day', 'action', 'key'])
        .default('day'),
    )
    .action(async (word: string, flags: UsageFlags) => {
      const { start, end, by } = flags;
      const target = parseTarget(word);
      if (target.kind === 'vendor') {
        if (by !== 'day') command.error('error: a vendor tells what was used by day only');
        const usage = await readVendorUsage(target.name, { start, end, nowMs: Date.now() });
        writeData(flags.json === true ? renderVendorUsage(usage) : formatVendorUsage(usage));
        if (flags.json !== true) say(`From ${usage.start} to ${usage.end}, in the vendor's own days.`);
        return;
      }
      const reply = await connect().call<AccountUsage>({
        method: 'GET',
        path: ['accounts', target.name, 'usage'],
        query: { start, end, by },
        needs: ['data', 'total'],
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
