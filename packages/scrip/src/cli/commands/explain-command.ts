import type { ExplainedDebit } from '@scrip/client';
import type { Command } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, connect, showReply } from '../api-command.ts';
import { jsonCell, timeCell } from '../cell.ts';
import { formatRecord, formatTable } from '../table.ts';
import { emphasise, soften } from '../terminal.ts';

export function explainCommand(): Command {
  return apiCommand('explain', {
    description: 'explain a debit: price, quantity, rounding, lots, refunds',
    examples: ['scrip explain acme call-1', 'scrip explain acme call-1 --json'],
  })
    .argument('<account>', 'who paid')
    .argument('<debit>', "the debit's id")
    .action(async (account: string, debit: string, flags: ApiFlags) => {
      const reply = await connect().call<ExplainedDebit>({
        method: 'GET',
        path: ['accounts', account, 'debits', debit],
        needs: ['id', 'explanation'],
      });
      showReply(reply, flags, formatExplanation);
    });
}

function formatExplanation(debit: ExplainedDebit): string {
  const { id, holdId, pool, amount, action, quantity, rateCardVersion, explanation, refunded } = debit;
  const record = formatRecord(
    [
      ['debit', id],
      ...(holdId === undefined ? [] : [['hold', holdId] as const]),
      ['amount', `${amount} of ${pool}`],
      ['action', action],
      ['quantity', quantity],
      ['rate card', rateCardVersion === null ? null : `version ${rateCardVersion}`],
      ['why', explanation.text],
      ['refunded', refunded],
      ['metadata', jsonCell(debit.metadata)],
      ['occurred', timeCell(debit.occurredAt)],
      ['recorded', timeCell(debit.recordedAt)],
    ],
    soften,
  );
  const lots = formatTable(
    [
      { header: 'FROM GRANT', value: ({ grantId }) => grantId },
      { header: 'AMOUNT', align: 'right', value: ({ amount }) => amount },
    ],
    debit.lots,
    emphasise,
  );
  return debit.lots.length === 0 ? record : `${record}\n\n${lots}`;
}
