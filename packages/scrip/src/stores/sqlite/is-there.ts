import { statSync } from 'node:fs';

/** Whether a file is there. Throws where that cannot be seen: what this user may not look at is not missing. */
export function isThere(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}
