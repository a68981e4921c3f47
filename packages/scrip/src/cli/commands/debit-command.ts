import type { Debit } from '@scrip/client';
import type { Command } from 'commander';
import { Option } from 'commander';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, connect, parsePlace, showReply } from '../api-command.ts';
import { lotsCell, timeCell } from '../cell.ts';
import type { ChargeFlags } from '../charge-flags.ts';
import { addChargeFlags, addIdFlag, changeId, chargeBody } from '../charge-flags.ts';
import { debitFile } from '../debit-file.ts';
import type { LineFormat } from '../debit-lines.ts';
import { formatRecord } from '../table.ts';
import { soften } from '../terminal.ts';

type DebitFlags = ApiFlags & ChargeFlags & { readonly file?: string; readonly format?: LineFormat };

export function debitCommand(): Command {
  const command = apiCommand('debit', {
    description: 'take credits from an account, or from many with --file',
    examples: [
      'scrip debit acme --action voice_call --quantity 61',
      'scrip debit acme --pool standard --amount 12.5',
      'scrip debit acme --action sms --quantity 3 --id message-7   # can be run again',
      'scrip debit --file debits.ndjson',
      'scrip debit --file debits.csv',
      'make-debits | scrip debit --file - --format csv',
      '',
      'A line of NDJSON, and the same as CSV below its first line:',
      '{"id":"message-7","accountId":"acme","action":"sms","quantity":3}',
      'id,accountId,action,quantity',
      'message-7,acme,sms,3',
    ],
  })
    .argument('[account]', 'who pays; with --file, each line says it')
    .option('--file <file>', 'debit every line of it: NDJSON or CSV; - reads standard input', parsePlace)
    .addOption(
      new Option('--format <format>', 'what the file is (default: by its name)').choices(['ndjson', 'csv']),
    );
  return addIdFlag(addChargeFlags(command)).action(async (account: string | undefined, flags: DebitFlags) => {
    const { file } = flags;
    if (file !== undefined) {
      const others = Object.keys(flags).filter((name) => !['file', 'format', 'json'].includes(name));
      if (account !== undefined || others.length > 0)
        command.error('error: with --file, each line names its own account, id and amount');
      return debitFile(file, flags);
    }
    if (account === undefined)
      return command.error("error: missing required argument 'account'", {
        code: 'commander.missingArgument',
      });
    if (flags.format !== undefined) return command.error('error: --format is for --file');
    const reply = await connect().call<Debit>({
      method: 'POST',
      path: ['accounts', account, 'debits'],
      body: chargeBody(flags),
      id: changeId(flags),
      needs: ['id', 'balance'],
    });
    showReply(reply, flags, formatDebit);
  });
}

/** A debit as people read it: of a plain one, or of a capture. */
export function formatDebit({
  id,
  pool,
  amount,
  action,
  quantity,
  lots,
  balance,
  occurredAt,
}: Debit): string {
  return formatRecord(
    [
      ['debit', id],
      ['pool', pool],
      ['amount', amount],
      ['action', action],
      ['quantity', quantity],
      ['lots', lotsCell(lots)],
      ['available', balance.available],
      ['held', balance.held],
      ['occurred', timeCell(occurredAt)],
    ],
    soften,
  );
}
