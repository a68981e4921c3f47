import { write } from 'node:fs';

/** What waits for a log that takes nothing just now; beyond it lines are lost, so that they do not fill the memory. */
const MOST_WAITING_CHARACTERS = 1_000_000;
const WAIT_MS = 100;

/**
 * Writes log lines to a file descriptor, one write at a time, and never waits for it. A line that cannot be written is
 * lost: on a full disk, or where a reader takes nothing any more, the server goes on, and can be stopped. Pino's own
 * destination tries for ever at the end of the process, and holds it.
 */
export function createLogDestination(fd: number): { readonly write: (line: string) => void } {
  let waiting = '';
  let isWriting = false;
  let isTorn = false;

  function writeWaiting(): void {
    isWriting = waiting !== '';
    if (!isWriting) return;
    // What was written of a line before it failed stays alone.
    const bytes = Buffer.from(isTorn ? `\n${waiting}` : waiting);
    waiting = '';
    writeFrom(bytes, 0);
  }

  function writeFrom(bytes: Buffer, from: number): void {
    write(fd, bytes, from, bytes.length - from, null, (error, written) => {
      if (error?.code === 'EAGAIN') {
        // Nobody waits at the end for a reader who takes nothing.
        setTimeout(() => writeFrom(bytes, from), WAIT_MS).unref();
        return;
      }
      const end = error === null ? from + written : from;
      if (error === null && end < bytes.length) {
        writeFrom(bytes, end);
        return;
      }
      isTorn = error === null ? false : isTorn || end > 0;
      writeWaiting();
    });
  }

  return {
    write: (line) => {
      if (waiting.length + line.length > MOST_WAITING_CHARACTERS) return;
      waiting += line;
      if (!isWriting) writeWaiting();
    },
  };
}
