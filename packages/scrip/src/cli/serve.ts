import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { pino } from 'pino';
import type { Config } from '../config/config.ts';
import { OPERATOR_STREAM } from '../core/account.ts';
import { checkAmount } from '../core/charge.ts';
import { formatMicros } from '../core/credits.ts';
import { findPoolTerms } from '../core/rate-card.ts';
import { SettingError } from '../config/setting-error.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LimitStore } from '../ledger/limit-store.ts';
import { buildApp } from '../server/app.ts';
import { openSqliteLimitStore } from '../stores/sqlite/limit-store.ts';
import { closeInTurn } from '../stores/sqlite/close-in-turn.ts';
import { CommandFailure } from './command-failure.ts';
import { createDemo } from './demo.ts';
import { noteDone } from './guard-output.ts';
import { createLogDestination } from './log-destination.ts';
import { openLedger } from './open-ledger.ts';
import { prepareLedger } from './prepare-ledger.ts';
import { readOrMakeSecret } from './secret-file.ts';
import { say, warn } from './terminal.ts';
import { keyNotice, urlOf, welcome, welcomeJson } from './welcome.ts';

const WHERE_NO_KEY_IS_SEEN =
  'Nobody has seen it. Start with SCRIP_OPERATOR_KEY set to a key of your own, and revoke what "scrip operator-key list" calls "first key".';
const SAME_SIGNAL_MS = 500;
const MAX_EVENT_LOOP_DELAY_MS = 1000;

/** Serves until the process is told to stop. Resolves when it listens. */
export async function serve(config: Config, { demo, json }: { demo: boolean; json: boolean }): Promise<void> {
  makeAllObjectsYoung();
  const { dataDirectory: directory } = config;
  const ledger = await openLedger(config);
  const secret = config.secret ?? (await keptSecret(ledger, config));
  const limits = await openSqliteLimitStore(directory);
  const { operatorKey } = config;
  const newOperatorKey = await prepareLedger(ledger, {
    operatorKey,
    secret,
    newSecret,
    onRevoked: sayRevoked,
  });
  if (newOperatorKey !== null) noteDone('The first operator key was made', WHERE_NO_KEY_IS_SEEN);
  try {
    await listen(config, { ledger, limits, secret, demo, json, newOperatorKey });
  } catch (error) {
    // The key is in the ledger now, and would never be shown again. As JSON the failure is printed.
    if (newOperatorKey !== null) (json ? process.stderr : process.stdout).write(keyNotice(newOperatorKey));
    throw error;
  }
}

/** A new secret for a ledger that has keys would silence them all: it is made only where the operator brings a key. */
async function keptSecret(ledger: Ledger, config: Config): Promise<string> {
  const file = join(config.dataDirectory, 'secret');
  const hasKeys = ((await ledger.account(OPERATOR_STREAM))?.keys.length ?? 0) > 0;
  return readOrMakeSecret(file, () => {
    if (hasKeys && config.operatorKey === null)
      throw CommandFailure.of(
        'secret-gone',
        `The ledger has keys, and their secret is not there: ${file} does not exist.`,
      );
    if (hasKeys)
      say(`${file} does not exist, so a new secret is made: no key that was made before opens anything.
To open the ledger with them, put the file back, or set SCRIP_SECRET to what it was, and start again.`);
    return newSecret();
  });
}

/**
 * Where the first objects of a kind live long, V8 makes all later ones in the old generation. The first requests do: they
 * wait for caches to fill. From then on every request would outlive its own collection, and pauses be several times as long.
 */
function makeAllObjectsYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}

function sayRevoked(): void {
  say('SCRIP_OPERATOR_KEY names a key that was revoked: it opens nothing. Set another one, or unset it.');
}

interface Prepared {
  readonly ledger: Ledger;
  readonly limits: LimitStore;
  readonly secret: string;
  readonly demo: boolean;
  readonly json: boolean;
  readonly newOperatorKey: string | null;
}

async function listen(
  config: Config,
  { ledger, limits, secret, demo, json, newOperatorKey }: Prepared,
): Promise<void> {
  await checkTrialGrant(ledger, config);
  // Standard output is for what was asked for; the log goes beside it.
  const log = pino({ level: config.logLevel }, createLogDestination(process.stderr.fd));
  const app = await buildApp({
    ledger,
    settings: config.server,
    secret,
    log,
    limits,
    newSecret,
    maxEventLoopDelayMs: MAX_EVENT_LOOP_DELAY_MS,
  });
  // By its name Fastify would listen a second time where it has an address of each kind, with a server that nothing here knows.
  const address = config.host === 'localhost' ? '127.0.0.1' : config.host;
  await app.listen({ host: address, port: config.port });
  let stoppingSinceMs: number | null = null;
  const stop = async () => {
    // One Ctrl+C can arrive twice at once: from the terminal, and from npm.
    if (stoppingSinceMs !== null && performance.now() - stoppingSinceMs < SAME_SIGNAL_MS) return;
    if (stoppingSinceMs !== null) process.exit(1);
    stoppingSinceMs = performance.now();
    // Also where one of them fails: what is given back of limits must still reach its file.
    await closeInTurn([() => app.close(), () => ledger.close(), () => limits.close()]);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void stop().catch((error: unknown) => sayNotClosed(error)));
  // Not before it listens: where it cannot, the next start makes the demo and shows its key.
  const demoKey = demo ? await createDemo(ledger, { secret, newSecret }) : null;
  const { port } = app.server.address() as AddressInfo;
  const { host, dataDirectory: directory } = config;
  const started = { url: urlOf(host, port), directory, newOperatorKey, demoKey };
  process.stdout.write(json ? welcomeJson(started) : welcome(started));
}

function sayNotClosed(error: unknown): never {
  say(`${warn('scrip:')} It stops, but could not close all of its files: ${(error as Error).message}.
What was acknowledged is on the disk. Look at the disk, then start again.`);
  process.exit(1);
}

async function checkTrialGrant(ledger: Ledger, { server: { trialGrant } }: Config): Promise<void> {
  const card = (await ledger.rateCards()).at(-1);
  if (trialGrant === null || card === undefined) return;
  const { pool, amountMicros } = trialGrant;
  if (findPoolTerms(card, pool) === undefined)
    throw new SettingError(
      'trial-pool-unknown',
      `trialGrant.pool is "${pool}", which the rate card does not have`,
    );
  if (checkAmount(amountMicros, pool, card) !== null)
    throw new SettingError(
      'trial-amount-wrong',
      `trialGrant.amount is "${formatMicros(amountMicros)}", which cannot be given in the pool "${pool}"`,
    );
}

/** What a key or the server's secret is made of. */
function newSecret(): string {
  return randomBytes(32).toString('hex');
}
