import type { FastifyInstance, InjectOptions } from 'fastify';
import type { Logger } from 'pino';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { prepareLedger } from '../../packages/scrip/src/cli/prepare-ledger.ts';
import type { ServerSettings } from '../../packages/scrip/src/config/settings.ts';
import { defaultServerSettings } from '../../packages/scrip/src/config/settings.ts';
import type { Ledger } from '../../packages/scrip/src/ledger/ledger.ts';
import { createLedger } from '../../packages/scrip/src/ledger/ledger.ts';
import type { Store } from '../../packages/scrip/src/ledger/store.ts';
import { buildApp } from '../../packages/scrip/src/server/app.ts';
import { createMemoryLimitStore } from '../../packages/scrip/src/stores/memory/limit-store.ts';
import { createMemoryStore } from '../../packages/scrip/src/stores/memory/memory-store.ts';

const SERVER_START_MS = Date.parse('2026-03-10T12:00:00.000Z');
const SECRET = 'a pepper for tests';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The body as JSON; null where there is none. */
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read what they know to be there
  readonly json: any;
}

export interface Asking {
  readonly key?: string | null;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly text?: string | Buffer;
  readonly id?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Ask = (method: string, path: string, asking?: Asking) => Promise<Answer>;

export interface ServedApp {
  readonly app: FastifyInstance;
  readonly ledger: Ledger;
  readonly adminKey: string;
  /** Asks with the admin key unless told otherwise. Paths that begin with `/accounts` and the like stand below /scrip/v1. */
  readonly ask: Ask;
  /** Moves the clock. */
  readonly pass: (ms: number) => void;
  readonly close: () => Promise<void>;
}

/** The whole server on a memory store, with a clock that stands still until it is moved. */
export async function serveApp({
  settings = defaultServerSettings,
  log = false,
  store = createMemoryStore(),
  wrap = (ledger) => ledger,
  requestTimeoutMs,
  // A machine that is busy with other tests makes the loop late.
  maxEventLoopDelayMs = 0,
}: {
  settings?: ServerSettings;
  log?: Logger | false;
  store?: Store;
  /** Puts something between the server and the ledger. */
  wrap?: (ledger: Ledger) => Ledger;
  /** For how long a request may arrive. */
  requestTimeoutMs?: number;
  /** How late the event loop may be before requests are turned away; 0: as late as it likes. */
  maxEventLoopDelayMs?: number;
} = {}): Promise<ServedApp> {
  let nowMs = SERVER_START_MS;
  let count = 0;
  const next = () => `made-${(count += 1)}`;
  const newSecret = () => (count += 1).toString(16).padStart(64, '0');
  const ledger = createLedger({ store, clock: { now: () => nowMs }, ids: { next, salt: next } });
  const adminKey = await prepareLedger(ledger, { operatorKey: null, secret: SECRET, newSecret });
  if (adminKey === null) throw new Error('the ledger had an admin key already');
  const app = await buildApp({
    ledger: wrap(ledger),
    settings,
    secret: SECRET,
    log,
    limits: createMemoryLimitStore(),
    newSecret,
    maxEventLoopDelayMs,
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
  });
  await app.ready();
  const checkAnswer = createAnswerCheck((await app.inject('/openapi.json')).json<Document>());
  const ask: Ask = async (method, path, asking = {}) => {
    const url = /^\/(?:accounts|debits|rate-card|operator-keys)/.test(path) ? `/scrip/v1${path}` : path;
    const reply = await app.inject(injection(method, url, { key: adminKey, ...asking }));
    const isJson = /json/.test(reply.headers['content-type'] ?? '');
    const answer = {
      status: reply.statusCode,
      headers: reply.headers,
      text: reply.body,
      json: isJson && reply.body !== '' ? (JSON.parse(reply.body) as unknown) : null,
    };
    checkAnswer(method, url, answer);
    return answer;
  };
  return {
    app,
    ledger,
    adminKey,
    ask,
    pass: (ms) => {
      nowMs += ms;
    },
    close: async () => {
      await app.close();
      await ledger.close();
    },
  };
}

/** A served app with an account `acme` that was granted 100 standard credits, id `g1`. */
export async function serveAcme(options: Parameters<typeof serveApp>[0] = {}): Promise<ServedApp> {
  const served = await serveApp(options);
  await served.ask('POST', '/accounts', { body: { id: 'acme' } });
  const body = { pool: 'standard', amount: 100, kind: 'one-time' };
  await served.ask('POST', '/accounts/acme/grants', { body, id: 'g1' });
  return served;
}

function injection(method: string, url: string, { key, body, text, id, headers }: Asking): InjectOptions {
  const payload = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return {
    method,
    url,
    ...(payload === undefined ? {} : { payload }),
    headers: {
      ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === null || key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(id === undefined ? {} : { 'idempotency-key': id }),
      ...headers,
    },
  };
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

interface Operation {
  readonly responses: Readonly<
    Record<string, { content?: Readonly<Record<string, { schema?: TSchema }>> } | undefined>
  >;
}

/** Fails when an answer is not what /openapi.json says: the document and the server are kept one. */
function createAnswerCheck({ paths }: Document): (method: string, url: string, answer: Answer) => void {
  const own = Object.entries(paths).filter(([path]) => /^\/(?:scrip\/|[a-z.]+$)/.test(path));
  const patterns = own.map(([path, operations]) => ({
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    operations,
  }));
  const compiled = new Map<TSchema, ReturnType<typeof Compile>>();
  return (method, url, answer) => {
    const [path = ''] = url.split('?');
    const operation = patterns.find(({ pattern }) => pattern.test(path))?.operations[method.toLowerCase()];
    if (operation === undefined || answer.json === null) return;
    const { status } = answer;
    const documented =
      operation.responses[`${status}`] ?? operation.responses[`${Math.floor(status / 100)}XX`];
    const type = String(answer.headers['content-type']).split(';')[0] ?? '';
    const schema = documented?.content?.[type]?.schema;
    if (schema === undefined)
      throw new Error(`${method} ${path} answers ${status} ${type}, which is not documented`);
    const validator = compiled.get(schema) ?? Compile(schema);
    compiled.set(schema, validator);
    if (!validator.Check(answer.json))
      throw new Error(
        `${method} ${path}: ${answer.text} is not as documented: ${JSON.stringify(validator.Errors(answer.json))}`,
      );
  };
}
