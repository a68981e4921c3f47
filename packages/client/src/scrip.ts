import { dialects } from '@scrip/dialects';
import { ClientError } from './client-error.ts';
import { createRedact, type Redact } from './redact.ts';
import { ScripAccount } from './scrip-account.ts';
import { type Ask, readScripReply, type ScripCall, type ScripReply, toRequest } from './scrip-call.ts';
import type { Account, DebitResult, NewOperatorKey, OperatorKey, Page, RateCard } from './scrip-replies.ts';
import type {
  AccountInput,
  ChangeOptions,
  DebitLine,
  OperatorKeyInput,
  PageOptions,
  RateCardInput,
} from './scrip-requests.ts';
import { type CallOptions, type ClientOptions, resolveSettings, type ServiceNames } from './settings.ts';
import { createTransport, type Transport } from './transport.ts';

export interface ScripOptions extends ClientOptions {
  /** If not given, `SCRIP_URL`, and the address of a local server without one. */
  readonly url?: string | undefined;
  /** An operator's or an account's key; if not given, `SCRIP_KEY`. */
  readonly key?: string | undefined;
}

const names: ServiceNames = {
  service: 'scrip',
  label: 'Scrip',
  keyVariable: 'SCRIP_KEY',
  urlVariable: 'SCRIP_URL',
  defaultUrl: 'http://127.0.0.1:8787',
};

/** Ten thousand lines of bulk come back as some ten megabytes. */
const MAX_REPLY_BYTES = 64_000_000;

/** What the server takes for an account's id, but for the names of vendors, which are reserved. */
const ACCOUNT_ID = /^[\w.-]{1,64}$/;

/** All of a Scrip's own API. Every method throws a `ClientError`, or the signal's reason. */
export class Scrip {
  readonly #transport: Transport;
  readonly #key: string;
  readonly #newId: () => string;
  readonly #redact: Redact;

  constructor(options: ScripOptions = {}) {
    const settings = resolveSettings(names, options);
    this.#key = settings.key;
    this.#redact = createRedact(settings.key);
    this.#newId = settings.runtime.newId;
    this.#transport = createTransport(settings, {
      pace: async () => () => {},
      maxReplyBytes: MAX_REPLY_BYTES,
    });
  }

  /** One account and all that can be done with it. Nothing is sent. */
  account(accountId: string): ScripAccount {
    const ask: Ask = async (call) => this.request(call);
    return new ScripAccount(accountId, { ask, newId: this.#newId });
  }

  /**
   * Without an id of its own an account has that of the change, where an account can have it, so that the same call by
   * that id opens no other.
   */
  async openAccount(
    input: AccountInput = {},
    { id = this.#newId(), signal }: ChangeOptions = {},
  ): Promise<Account> {
    const body = {
      ...input,
      id: input.id ?? (ACCOUNT_ID.test(id) && !Object.hasOwn(dialects, id) ? id : this.#newId()),
    };
    return this.#change({ method: 'POST', path: ['accounts'], body, needs: ['id'] }, { id, signal });
  }

  async listAccounts({ signal, ...query }: PageOptions = {}): Promise<Page<Account>> {
    return this.#read({ path: ['accounts'], query, needs: ['data'] }, { signal });
  }

  /** Up to 10,000 debits of any accounts, each judged alone; the results stand in the lines' order. */
  async debitMany(
    lines: readonly DebitLine[],
    { signal }: CallOptions = {},
  ): Promise<readonly DebitResult[]> {
    const body = lines.map((line) => ({ ...line, id: line.id ?? this.#newId() }));
    const needs = ['results'];
    const call = { method: 'POST', path: ['debits'], body, effect: 'once', needs, signal } as const;
    try {
      return (await this.request<{ results: readonly DebitResult[] }>(call)).value.results;
    } catch (error) {
      if (error instanceof ClientError && body.every(({ id }) => this.#isSafe(id)))
        error.lineIds = body.map(({ id }) => id);
      throw error;
    }
  }

  /** The current rate card, or one of its versions. */
  async rateCard({ version, signal }: CallOptions & { version?: number } = {}): Promise<RateCard> {
    const path = version === undefined ? ['rate-card'] : ['rate-card', String(version)];
    return this.#read({ path, needs: ['actions'] }, { signal });
  }

  async publishRateCard(input: RateCardInput, options: ChangeOptions = {}): Promise<RateCard> {
    return this.#change({ method: 'PUT', path: ['rate-card'], body: input, needs: ['actions'] }, options);
  }

  async addOperatorKey(input: OperatorKeyInput, options: ChangeOptions = {}): Promise<NewOperatorKey> {
    return this.#change({ method: 'POST', path: ['operator-keys'], body: input, needs: ['id'] }, options);
  }

  async listOperatorKeys({ signal, ...query }: PageOptions = {}): Promise<Page<OperatorKey>> {
    return this.#read({ path: ['operator-keys'], query, needs: ['data'] }, { signal });
  }

  async revokeOperatorKey(keyId: string, { signal }: CallOptions = {}): Promise<void> {
    await this.request({ method: 'DELETE', path: ['operator-keys', keyId], effect: 'once', signal });
  }

  /** Any call of the API, with the reply's text and whether it is a replay. */
  async request<Value>(call: ScripCall): Promise<ScripReply<Value>> {
    const request = toRequest(call, this.#key);
    try {
      return await this.#transport(request, (received) => readScripReply(received, call));
    } catch (error) {
      if (error instanceof ClientError && call.id !== undefined && this.#isSafe(call.id))
        error.changeId = call.id;
      throw error;
    }
  }

  /** An id that has the key in it is not shown. */
  #isSafe(id: string): boolean {
    return this.#redact(id) === id;
  }

  async #read<Value>(
    call: Pick<ScripCall, 'path' | 'query' | 'needs'>,
    { signal }: CallOptions,
  ): Promise<Value> {
    return (await this.request<Value>({ method: 'GET', ...call, signal })).value;
  }

  async #change<Value>(call: ScripCall, { id = this.#newId(), signal }: ChangeOptions): Promise<Value> {
    return (await this.request<Value>({ ...call, id, signal })).value;
  }
}
