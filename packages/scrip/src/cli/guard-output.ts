import { say, warn } from './terminal.ts';

/** What has been changed already, for whoever may not see the reply. */
interface Done {
  readonly what: string;
  /** What to do without the reply; null: nothing. */
  readonly next: string | null;
}

let done: Done | null = null;

/** From now on a failure of standard output says this: whoever ran the command again as it was might change it twice. */
export function noteDone(what: string, next: string | null): void {
  done = { what, next };
}

/** A reader such as "head" may have seen enough: the command goes on, for what its exit says. A full disk is a failure. */
export function guardOutput(): void {
  // Talk that cannot be written leaves nobody to be told.
  process.stderr.on('error', () => {});
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    sayUnwritable(error);
    process.exit(1);
  });
}

function sayUnwritable({ message }: Error): void {
  if (done === null) {
    say(
      `${warn('scrip:')} what it has to tell cannot be written (${message}): make room on the disk, and run it again`,
    );
    return;
  }
  say(`${warn('scrip:')} ${done.what}, but what came of it cannot be written (${message}).`);
  if (done.next !== null) say(done.next);
}
