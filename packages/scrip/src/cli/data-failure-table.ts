import type { Failure } from './failure.ts';

/** What can be wrong with a data directory, or with the exports, backups and sealed files of one. */
export const dataFailures = {
  'directory-in-use': {
    exit: 'failure',
    says: 'the data directory … is in use by another Scrip….',
    remedy: 'Stop that one first, or name another directory with --data.',
  },
  'directory-unusable': {
    exit: 'failure',
    says: 'the data directory cannot be used: …',
    remedy: 'Name one with --data that this user may make, read and write.',
  },
  'data-unusable': {
    exit: 'failure',
    says: "the ledger's files cannot be used: …",
    remedy:
      'Run `scrip verify`: where the journal is right, `--repair` makes the indexes anew. A damaged limits.db or lock.db may be removed while nothing runs. Else mend the disk, or restore the last backup.',
  },
  'secret-gone': {
    exit: 'failure',
    says: 'The ledger has keys, and their secret is not there: … does not exist.',
    remedy:
      'Put the `secret` file back, from a backup, or set SCRIP_SECRET to what it was. If it is lost, set SCRIP_OPERATOR_KEY to a key of your choice: that one will open the ledger, and no other.',
  },
  'data-too-new': {
    exit: 'failure',
    says: 'the data was written by a newer version of Scrip (…)',
    remedy: 'Run that version, or a newer one.',
  },
  'journal-sealed': {
    exit: 'failure',
    says: 'The first … entries are sealed.',
    remedy:
      'Export with --after and that number: the sealed file has what is before. Where it was sealed meanwhile, run the same command again.',
  },
  'seal-too-recent': {
    exit: 'usage',
    says: 'Only what is older than … can be sealed: ….',
    remedy: 'Name an earlier day with --before, or more days with --keep-days.',
  },
  'ledger-missing': {
    exit: 'failure',
    says: 'There is no ledger: … does not exist.',
    remedy: 'Name the directory of a ledger with --data.',
  },
  'directory-not-empty': {
    exit: 'failure',
    says: '… holds a ledger already (…).',
    remedy: 'Name another directory with --data, or move those files away.',
  },
  'journal-damaged': {
    exit: 'failure',
    says: 'The journal is damaged: ….',
    remedy: 'Keep the files as they are, and restore the last backup that is whole.',
  },
  'journal-cut': {
    exit: 'failure',
    says: 'the journal ends with entry …, and derived.db knows of … entries.',
    remedy:
      'Put back `journal.db-wal` or a backup. Without derived.db, a server goes on without the entries that are missing.',
  },
  'journal-wrong': {
    exit: 'no',
    says: 'The journal is wrong: ….',
    remedy:
      'Keep the files as they are, and restore the last backup that verifies. --repair never changes the journal.',
  },
  'anchor-does-not-hold': {
    exit: 'no',
    says: 'The kept anchor does not hold: ….',
    remedy: 'Keep the files as they are, and compare them with a backup for which it holds.',
  },
  'tables-wrong': {
    exit: 'no',
    says: 'The journal is right, but not the tables made from it: ….',
    remedy: 'Stop the server, and run the same command with --repair: it makes them anew from the journal.',
  },
  'anchor-invalid': {
    exit: 'usage',
    says: '"…" is neither an anchor nor a file that holds one.',
    remedy: '"scrip verify" prints one; it begins with scrip-anchor-1.',
  },
  'files-unwritable': {
    exit: 'failure',
    says: 'The files cannot be written: ….',
    remedy: 'Make room or choose another place, then run the same command again.',
  },
  'nothing-after': {
    exit: 'failure',
    says: 'The journal has … entries: there is nothing after entry ….',
    remedy: 'Give a smaller number to --after.',
  },
  'file-exists': {
    exit: 'failure',
    says: '… exists already.',
    remedy: 'Name another file. With --resume, an export that was cut short is gone on with.',
  },
  'file-differs': {
    exit: 'failure',
    says: 'Line … of … is not what was … there.',
    remedy: 'Begin anew, without --resume.',
  },
  'nothing-to-resume': {
    exit: 'failure',
    says: 'There is no import to go on with: … does not exist.',
    remedy: 'Leave --resume away.',
  },
  'import-unfinished': {
    exit: 'failure',
    says: 'an import or a restore into … was cut short: there is journal.db.part, and no journal.',
    remedy:
      'Run the import again with --resume, or the restore again. To begin an empty ledger there, remove journal.db.part.',
  },
  'line-wrong': {
    exit: 'failure',
    says: 'Line … of … ….',
    remedy: 'Nothing was imported. Take the file anew from where it was exported.',
  },
  'file-cut-short': {
    exit: 'failure',
    says: '… was cut short: after … lines the one that ends an export is missing.',
    remedy: 'Get the rest of it, then run the same command again with --resume.',
  },
  'balances-invalid': {
    exit: 'usage',
    says: 'The file cannot be read as balances: ….',
    remedy: '"scrip import --help" shows what a line looks like.',
  },
  'balances-wrong': {
    exit: 'no',
    says: '… of … lines cannot be imported, so none was.',
    remedy: 'Put right what is said of each line, then run the same command again.',
  },
  'opening-refused': {
    exit: 'failure',
    says: 'Line …: … was refused: …',
    remedy: 'Correct that line of the file, then run the same command again.',
  },
  'backup-under-way': {
    exit: 'failure',
    says: 'Another backup to … is under way.',
    remedy: 'Wait until it has ended, or name another place with --to.',
  },
  'backup-missing': {
    exit: 'failure',
    says: '… is not a backup: it has no backup.json.',
    remedy: 'Name the directory that "scrip backup" printed. One that ends in .part was never finished.',
  },
  'backup-damaged': {
    exit: 'failure',
    says: 'The backup … is damaged: ….',
    remedy: 'Restore another one; nothing was changed.',
  },
  'secret-differs': {
    exit: 'failure',
    says: '… is not the secret of the backup.',
    remedy: 'Move it away when it is of no use, or restore into another directory.',
  },
} as const satisfies Readonly<Record<string, Failure>>;
