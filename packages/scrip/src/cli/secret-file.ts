import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** The server's secret from its file, made on the first start; readable by the owner only. */
export function readOrMakeSecret(file: string, newSecret: () => string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const secret = newSecret();
  const descriptor = openSync(file, 'wx', 0o600);
  writeSync(descriptor, `${secret}\n`);
  // Without the secret no key of the ledger opens anything: it is on the disk before the first key is.
  fsyncSync(descriptor);
  closeSync(descriptor);
  return secret;
}
