import type { Refund } from '@scrip/client';
import type { Command } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, connect, showReply } from '../api-command.ts';
import { lotsCell } from '../cell.ts';
import type { IdFlag } from '../charge-flags.ts';
import { addIdFlag, changeId } from '../charge-flags.ts';
import { formatRecord } from '../table.ts';
import { soften } from '../terminal.ts';

type RefundFlags = ApiFlags & IdFlag & { readonly amount?: string };

export function refundCommand(): Command {
  const command = apiCommand('refund', {
    description: 'give a debit back, to the lots that it came from',
    examples: ['scrip refund acme call-1', 'scrip refund acme call-1 --amount 3'],
  })
    .argument('<account>', 'who paid')
    .argument('<debit>', "the debit's id")
    .option('--amount <number>', 'how much (default: all that is left of it)');
  return addIdFlag(command).action(async (account: string, debit: string, flags: RefundFlags) => {
    const reply = await connect().call<Refund>({
      method: 'POST',
      path: ['accounts', account, 'debits', debit, 'refund'],
      body: { amount: flags.amount },
      id: changeId(flags),
      needs: ['id', 'balance'],
    });
    showReply(reply, flags, ({ id, debitId, pool, amount, refunded, lots, balance }) =>
      formatRecord(
        [
          ['refund', id],
          ['debit', debitId],
          ['pool', pool],
          ['amount', amount],
          ['refunded', `${refunded} of the debit so far`],
          ['lots', lotsCell(lots)],
          ['available', balance.available],
        ],
        soften,
      ),
    );
  });
}
