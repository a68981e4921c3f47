import { encodeAnchor } from '../ledger/anchor.ts';
import type { JournalFlaw, ProjectionFlaw, Verification } from '../stores/sqlite/verify/verification.ts';
import type { FailureCode } from './failure-table.ts';
import { formatRecord, formatTable } from './table.ts';
import { emphasise, soften } from './terminal.ts';

export interface VerifyReport extends Verification {
  /** What was wrong with the derived tables before they were made anew. */
  readonly repaired: readonly ProjectionFlaw[];
}

/** For people: what was looked at and found, and the tables that are wrong or were. */
export function formatReport(report: VerifyReport): string {
  const { entries, accounts, journalFlaw, projectionFlaws, anchor, keptAnchor, repaired } = report;
  const record = formatRecord(
    [
      ['entries', String(entries)],
      ['accounts', journalFlaw === null ? String(accounts) : null],
      ['journal', journalFlaw === null ? 'right' : 'wrong'],
      ['tables', tablesText(report)],
      ...(keptAnchor === null
        ? []
        : [['kept anchor', keptAnchor.holds ? 'holds' : 'does not hold'] as const]),
      ['anchor', anchor === null ? null : encodeAnchor(anchor)],
    ],
    soften,
  );
  const shown = repaired.length > 0 ? repaired : (projectionFlaws ?? []);
  return shown.length === 0 ? record : `${record}\n\n${formatFlaws(shown, repaired.length > 0)}`;
}

function tablesText({ entries, checkpoint, projectionFlaws, repaired }: VerifyReport): string {
  if (projectionFlaws === null) return 'not compared: the journal comes first';
  if (projectionFlaws.length > 0) return 'wrong';
  const behind = entries - checkpoint;
  const lag = behind > 0 ? `; the last ${behind} entries are not in them yet` : '';
  return `right${repaired.length > 0 ? ', made anew' : ''}${lag}`;
}

function formatFlaws(flaws: readonly ProjectionFlaw[], areGone: boolean): string {
  return formatTable<ProjectionFlaw>(
    [
      { header: 'TABLE', value: ({ table }) => table },
      { header: 'FIRST WRONG ROW', value: ({ row }) => row },
      { header: areGone ? 'WHAT WAS WRONG' : 'WHAT IS WRONG', value: ({ what }) => what },
    ],
    flaws,
    emphasise,
  );
}

/** For programs. */
export function reportJson(report: VerifyReport): object {
  const { entries, accounts, checkpoint, journalFlaw, projectionFlaws, anchor, keptAnchor, repaired } =
    report;
  return {
    ok: whyNot(report) === null,
    entries,
    accounts: journalFlaw === null ? accounts : null,
    checkpoint: journalFlaw === null ? checkpoint : null,
    anchor: anchor === null ? null : encodeAnchor(anchor),
    journal: journalFlaw,
    tables: projectionFlaws,
    repaired,
    keptAnchor: keptAnchor === null ? null : keptAnchor.holds ? 'holds' : keptAnchor.reason,
  };
}

/** Why the answer is no; null when all is right. */
export function whyNot(
  report: VerifyReport,
): { readonly code: FailureCode; readonly message: string; readonly hint?: string } | null {
  const { journalFlaw, projectionFlaws, keptAnchor } = report;
  if (journalFlaw !== null)
    return {
      code: 'journal-wrong',
      message: journalWrong(journalFlaw),
      ...(isOfTable(journalFlaw) ? { hint: HOW_TO_LEAVE_TABLE } : {}),
    };
  if (keptAnchor?.holds === false)
    return {
      code: 'anchor-does-not-hold',
      message: `The kept anchor does not hold: ${ANCHOR_REASONS[keptAnchor.reason]}.`,
      ...(keptAnchor.reason === 'sealed' ? { hint: HOW_TO_CHECK_SEALED } : {}),
    };
  if (projectionFlaws === null || projectionFlaws.length === 0) return null;
  const tables = projectionFlaws.map(({ table }) => table).join(', ');
  return {
    code: 'tables-wrong',
    message: `The journal is right, but not the tables made from it: ${tables}.`,
  };
}

const ANCHOR_REASONS = {
  changed: 'the entries that it covers are others now, or it is of another ledger',
  shorter: 'the journal has fewer entries than it covers',
  sealed: 'it ends amid entries that are sealed; an anchor of the seal or of later can be checked',
} as const;

/** Nothing is wrong with the ledger where only its seal is in the way. */
const HOW_TO_CHECK_SEALED =
  'To check this one, import the sealed files and an export of the rest into another directory, and run the same command on that.';

/** A backup copies no more than the entries, but for what stands for sealed ones. */
const HOW_TO_LEAVE_TABLE =
  'Keep the files as they are. Where the entries are right and none are sealed, `scrip backup` copies them, and `scrip restore` makes a whole ledger of the copy; else restore the last backup that verifies.';

function isOfTable({ number, accountId }: JournalFlaw): boolean {
  return number === 0 && accountId === null;
}

export function journalWrong(flaw: JournalFlaw): string {
  return `The journal is wrong: ${nameOf(flaw)}${flaw.what}.`;
}

/** With what comes before the words that say what is wrong. */
function nameOf(flaw: JournalFlaw): string {
  const { number, accountId, version } = flaw;
  if (isOfTable(flaw)) return '';
  const entry = `entry ${number}`;
  if (accountId === null) return `${entry}: `;
  return version === null ? `account ${accountId}: ` : `${entry}, version ${version} of ${accountId}: `;
}
