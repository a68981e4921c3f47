import { request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { FastifyInstance } from 'fastify';
import Fastify from 'fastify';
import { OPERATOR_STREAM } from '../../packages/scrip/src/core/account.ts';
import type { Command, GrantCredits } from '../../packages/scrip/src/core/command.ts';
import type { ServerSettings } from '../../packages/scrip/src/config/settings.ts';
import { defaultServerSettings } from '../../packages/scrip/src/config/settings.ts';
import type { Ledger } from '../../packages/scrip/src/ledger/ledger.ts';
import { digestApiKey } from '../../packages/scrip/src/server/api-key.ts';
import { answerError, installErrorHandling } from '../../packages/scrip/src/server/error-handling.ts';
import { createFindKeyHolder } from '../../packages/scrip/src/server/key-holder.ts';
import { createVendorLimits } from '../../packages/scrip/src/server/vendor/vendor-limits.ts';
import type { VendorLimits } from '../../packages/scrip/src/server/vendor/vendor-limits.ts';
import { registerVendorRoutes } from '../../packages/scrip/src/server/vendor/vendor-routes.ts';
import { createMemoryLimitStore } from '../../packages/scrip/src/stores/memory/limit-store.ts';
import { createMemoryStore } from '../../packages/scrip/src/stores/memory/memory-store.ts';
import { grantCredits } from './commands.ts';
import { OPEN, openSampleLedger } from './sample-ledger.ts';

interface VendorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
  /** The body as JSON, or the text itself. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they know to be there
  readonly json: any;
}

/** Only the vendors' routes, on a memory ledger, behind a real socket. */
export interface VendorApp {
  readonly ledger: Ledger;
  readonly limits: VendorLimits;
  readonly pass: (ms: number) => void;
  /** Opens an account with one key. */
  readonly open: (accountId: string, key: string, timezone?: string) => Promise<void>;
  readonly change: (accountId: string, command: Command, actor?: string) => Promise<void>;
  readonly grant: (accountId: string, credits: bigint, members?: Partial<GrantCredits>) => Promise<void>;
  readonly get: (path: string, headers?: Record<string, string | string[]>) => Promise<VendorReply>;
  readonly send: (
    method: string,
    path: string,
    headers?: Record<string, string | string[]>,
    body?: string,
  ) => Promise<VendorReply>;
  /** Writes bytes of its own to the socket, and reads until the server closes it. */
  readonly raw: (text: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

const PEPPER = 'pepper';

export async function openVendorApp({
  settings = {},
  breakLedger = {},
}: { settings?: Partial<ServerSettings>; breakLedger?: Partial<Ledger> } = {}): Promise<VendorApp> {
  const sample = await openSampleLedger(createMemoryStore());
  const ledger = { ...sample.ledger, ...breakLedger };
  let changes = 0;
  const change: VendorApp['change'] = async (accountId, command, actor) => {
    const id = `change-${(changes += 1)}`;
    const outcome = await sample.ledger.change({ accountId, id, command, actor: actor ?? null });
    if (!outcome.ok) throw new Error(`${command.kind} was refused: ${outcome.rejection.code}`);
  };
  const open: VendorApp['open'] = async (accountId, key, timezone = 'UTC') => {
    await change(accountId, { ...OPEN, kind: 'OpenAccount', timezone } as Command);
    await change(accountId, addKey(`key of ${accountId}`, key));
  };
  await change(OPERATOR_STREAM, OPEN);
  await change(OPERATOR_STREAM, { ...addKey('admin', 'operator-key'), role: 'admin' } as Command);
  const all = { ...defaultServerSettings, ...settings };
  const limits = createVendorLimits({ store: createMemoryLimitStore(), settings: all, now: ledger.now });
  const app = buildVendorApp(all);
  await registerVendorRoutes(app, {
    ledger,
    settings: all,
    limits,
    findKeyHolder: createFindKeyHolder(ledger, PEPPER),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const send: VendorApp['send'] = (method, path, headers = {}, body = '') =>
    exchange({ port, method, path, headers }, body);
  return {
    ledger: sample.ledger,
    limits,
    pass: sample.pass,
    open,
    change,
    grant: (accountId, credits, members = {}) => change(accountId, grantCredits(credits, members)),
    get: (path, headers) => send('GET', path, headers),
    send,
    raw: (text) => exchangeRaw(port, text),
    close: () => app.close(),
  };
}

/** The routes of this app with the server's own handlers around them. */
function buildVendorApp(settings: ServerSettings): FastifyInstance {
  const app = Fastify({
    frameworkErrors: (error, request, reply) => answerError(false, error, request, reply),
  });
  app.decorateRequest('dialect', null);
  installErrorHandling(app, {
    log: false,
    settings,
    notFound: () => ({ code: 'not-found', detail: 'There is nothing here.' }),
  });
  return app;
}

function addKey(keyId: string, secret: string): Command {
  return { kind: 'AddKey', keyId, digest: digestApiKey(secret, PEPPER), role: null };
}

function exchange(
  target: { port: number; method: string; path: string; headers: Record<string, string | string[]> },
  body: string,
): Promise<VendorReply> {
  return new Promise((resolve, reject) => {
    const outgoing = sendRequest({ host: '127.0.0.1', ...target }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const isJson = incoming.headers['content-type']?.startsWith('application/json') === true;
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: text,
          json: isJson && text !== '' ? JSON.parse(text) : text,
        });
      });
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function exchangeRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString('utf8')));
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });
}
