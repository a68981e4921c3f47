import { request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { prepareLedger } from '../../packages/scrip/src/cli/prepare-ledger.ts';
import { defaultServerSettings } from '../../packages/scrip/src/config/settings.ts';
import { createLedger } from '../../packages/scrip/src/ledger/ledger.ts';
import type { LimitStore } from '../../packages/scrip/src/ledger/limit-store.ts';
import type { Store } from '../../packages/scrip/src/ledger/store.ts';
import { buildApp } from '../../packages/scrip/src/server/app.ts';
import type { CorpusCase, CorpusRequest, Json, Step } from './corpus.ts';

export interface ServedReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A whole server, as README.md asks for one: every case is brought into its world through Scrip's own API. */
export interface ServedCorpus {
  readonly answer: (one: CorpusCase) => Promise<ServedReply>;
  readonly close: () => Promise<void>;
}

const SECRET = 'a pepper for the corpus';
const OPERATOR_KEY = 'scrip_op_of_the_corpus';
/** Before any of the cases: prices are published then. */
const BEGINNING_MS = Date.parse('2024-01-01T00:00:00Z');
/** For cases that do without a clock of their own. */
const ANY_TIME = '2026-03-10T12:00:00Z';

export async function openServedCorpus(
  open: (now: () => number) => Promise<{ store: Store; limits: LimitStore }>,
): Promise<ServedCorpus> {
  let nowMs = BEGINNING_MS;
  let count = 0;
  const now = () => nowMs;
  const next = () => `made-${(count += 1)}`;
  const newSecret = () => (count += 1).toString(16).padStart(64, '0');
  const { store, limits } = await open(now);
  const ledger = createLedger({ store, clock: { now }, ids: { next, salt: next } });
  await prepareLedger(ledger, { operatorKey: OPERATOR_KEY, secret: SECRET, newSecret });
  const app = await buildApp({
    ledger,
    settings: defaultServerSettings,
    secret: SECRET,
    log: false,
    limits,
    newSecret,
    maxEventLoopDelayMs: 0,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const send = (request: CorpusRequest) => exchange(port, request);
  const setClock = (time: string) => {
    nowMs = Date.parse(time);
  };
  return {
    answer: async (one) => {
      const given = one.given ?? {};
      await enterWorld(one, { send, setClock, nextId: next });
      setClock(given.clock ?? ANY_TIME);
      return send(one.request);
    },
    close: async () => {
      await app.close();
      await ledger.close();
      await limits.close();
    },
  };
}

interface World {
  readonly send: (request: CorpusRequest) => Promise<ServedReply>;
  readonly setClock: (time: string) => void;
  readonly nextId: () => string;
}

async function enterWorld({ given, request }: CorpusCase, world: World): Promise<void> {
  const { account, keys = [], steps = [], clock = ANY_TIME } = given ?? {};
  if (account === undefined) return;
  const timeOf = (step: Step | undefined) => step?.at ?? clock;
  world.setClock(timeOf(steps[0]));
  await call(world, { method: 'POST', path: '', body: account });
  const below = `/${account.id}`;
  const keyIds = new Map<string, string>();
  for (const secret of keys) {
    const { id } = await call(world, { method: 'POST', path: `${below}/keys`, body: { secret } });
    keyIds.set(secret, String(id));
  }
  const debitIds = new Map<string, string>();
  for (const step of steps) {
    world.setClock(timeOf(step));
    for (let time = 0; time < (step.times ?? 1); time += 1) {
      if (step.request === true) await world.send(request);
      else {
        const made = await call(world, stepCall(step, { below, keyIds, debitIds }));
        if (step.as !== undefined) debitIds.set(step.as, String(made['id']));
      }
    }
  }
}

interface Call {
  readonly method: string;
  /** Below `/scrip/v1/accounts`. */
  readonly path: string;
  readonly body?: Json;
  readonly idempotencyKey?: string | undefined;
}

function stepCall(
  step: Step,
  {
    below,
    keyIds,
    debitIds,
  }: { below: string; keyIds: ReadonlyMap<string, string>; debitIds: ReadonlyMap<string, string> },
): Call {
  const { idempotencyKey, dialect } = step;
  const post = (path: string, body: Json): Call => ({ method: 'POST', path: below + path, body, idempotencyKey });
  if (step.grant !== undefined) return post('/grants', step.grant);
  if (step.hold !== undefined) return post('/holds', step.hold);
  if (step.debit !== undefined) return post(`/debits${dialect === undefined ? '' : `?dialect=${dialect}`}`, step.debit);
  if (step.refund !== undefined) {
    const { of, ...body } = step.refund;
    return post(`/debits/${debitIds.get(of)}/refund`, body);
  }
  if (step.revokeKey !== undefined)
    return { method: 'DELETE', path: `${below}/keys/${keyIds.get(step.revokeKey)}` };
  if (step.close === true) return post('/close', {});
  throw new Error(`no such step: ${JSON.stringify(step)}`);
}

/** One call of the operator's, which must succeed. */
async function call(world: World, { method, path, body, idempotencyKey }: Call): Promise<Record<string, unknown>> {
  const headers = {
    authorization: 'Bearer {operatorKey}',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    'idempotency-key': idempotencyKey ?? world.nextId(),
  };
  const request = { method, path: `/scrip/v1/accounts${path}`, headers, ...(body === undefined ? {} : { body }) };
  const reply = await world.send(request);
  if (reply.status >= 300) throw new Error(`${method} ${path} answered ${reply.status}: ${reply.body}`);
  return reply.body === '' ? {} : (JSON.parse(reply.body) as Record<string, unknown>);
}

function exchange(port: number, { method, path, headers, body }: CorpusRequest): Promise<ServedReply> {
  const filled = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replace('{operatorKey}', OPERATOR_KEY) : value,
    ]),
  );
  return new Promise((resolve, reject) => {
    const outgoing = sendRequest({ host: '127.0.0.1', port, method, path, headers: filled }, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () =>
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    outgoing.on('error', reject);
    if (body === undefined) outgoing.end();
    else outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
}

