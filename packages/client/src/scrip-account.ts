import type { AccountBalance, BalanceReply } from './account-balance.ts';
import { ConfigurationError, DecodeError } from './client-error.ts';
import type { Ask, ScripCall, ScripReply } from './scrip-call.ts';
import type {
  Account,
  AccountUsage,
  Debit,
  Entry,
  Erasure,
  ExplainedDebit,
  Grant,
  Hold,
  Key,
  ListedGrant,
  ListedHold,
  Lot,
  NewKey,
  Page,
  Quote,
  Refund,
  VoidedGrant,
} from './scrip-replies.ts';
import type {
  AccountPatch,
  AccountUsageOptions,
  Amount,
  CaptureInput,
  ChangeOptions,
  DebitInput,
  GrantInput,
  HoldInput,
  Instant,
  KeyInput,
  PageOptions,
  QuoteLine,
  SpendOptions,
} from './scrip-requests.ts';
import type { CallOptions } from './settings.ts';
import { type HeldWork, type WithHoldOptions, type WithHoldResult, workWithHold } from './with-hold.ts';

/** One account of a Scrip. Every method throws a `ClientError`, or the signal's reason. */
export class ScripAccount {
  readonly id: string;
  readonly #ask: Ask;
  readonly #newId: () => string;

  /** Made by `Scrip.account`. */
  constructor(id: string, { ask, newId }: { ask: Ask; newId: () => string }) {
    this.id = id;
    this.#ask = ask;
    this.#newId = newId;
  }

  /** The account itself, without its balance. */
  async read(options: CallOptions = {}): Promise<Account> {
    return this.#get([], ['id'], options);
  }

  /** Changes what is given, and leaves the rest. */
  async change(patch: AccountPatch, { id = this.#newId(), signal }: ChangeOptions = {}): Promise<Account> {
    const call = { method: 'PATCH', path: [], body: patch, id, needs: ['id'], signal } as const;
    return (await this.#send<Account>(call)).value;
  }

  /** For good: it takes no more grants, debits and holds, and its keys open nothing. Open holds can still be resolved, debits refunded. */
  async close(options: ChangeOptions = {}): Promise<Account> {
    return this.#post(['close'], undefined, options);
  }

  /** Erases the account's name and metadata, its keys' names, its grants' notes, its debits' and holds' metadata for good. */
  async erasePersonalData({ id = this.#newId(), signal }: ChangeOptions = {}): Promise<Erasure> {
    const call = { method: 'DELETE', path: ['personal-data'], id, needs: ['erasedAt'], signal } as const;
    return (await this.#send<Erasure>(call)).value;
  }

  /** Makes a key, or imports one (`secret`). The reply is the only one that holds the secret. */
  async addKey(input: KeyInput = {}, options: ChangeOptions = {}): Promise<NewKey> {
    return this.#post(['keys'], input, options);
  }

  async listKeys(options: PageOptions = {}): Promise<Page<Key>> {
    return this.#get(['keys'], ['data'], options);
  }

  /** It opens nothing from the moment at which this resolves. */
  async revokeKey(keyId: string, { signal }: CallOptions = {}): Promise<void> {
    await this.#send({ method: 'DELETE', path: ['keys', keyId], effect: 'once', signal });
  }

  /** The balance now, or as it was recorded at a moment. */
  async balance({ at, signal }: CallOptions & { at?: Instant | undefined } = {}): Promise<AccountBalance> {
    if (at instanceof Date && Number.isNaN(at.getTime()))
      throw new ConfigurationError('`at` is not a moment.', { code: 'instant-invalid', service: 'scrip' });
    const query = { at: at instanceof Date ? at.toISOString() : at };
    return toAccountBalance(
      await this.#send<BalanceReply>({ method: 'GET', path: ['balance'], query, needs: ['pools'], signal }),
    );
  }

  /** Gives credits, once or every period. */
  async grant(input: GrantInput, options: ChangeOptions = {}): Promise<Grant> {
    return this.#post(['grants'], input, options);
  }

  async listGrants(options: PageOptions = {}): Promise<Page<ListedGrant>> {
    return this.#get(['grants'], ['data'], options);
  }

  /** Forfeits what is left of a grant. */
  async voidGrant(grantId: string, options: ChangeOptions = {}): Promise<VoidedGrant> {
    return this.#post(['grants', grantId, 'void'], undefined, options);
  }

  /** What remains of grants, in the order in which it will be used. */
  async listLots(options: PageOptions = {}): Promise<Page<Lot>> {
    return this.#get(['lots'], ['data'], options);
  }

  /** Takes credits. Throws `InsufficientCreditsError` where the balance is not enough. */
  async debit(input: DebitInput, options: SpendOptions = {}): Promise<Debit> {
    return this.#post(['debits'], input, options);
  }

  /** Why a debit cost what it did, and what was refunded of it. */
  async explainDebit(debitId: string, options: CallOptions = {}): Promise<ExplainedDebit> {
    return this.#get(['debits', debitId], ['id', 'explanation'], options);
  }

  /** Gives back all that is left of a debit, or `amount` of it. */
  async refund(
    debitId: string,
    { amount, ...options }: ChangeOptions & { amount?: Amount | undefined } = {},
  ): Promise<Refund> {
    return this.#post(['debits', debitId, 'refund'], { amount }, options);
  }

  /** Sets credits aside until they are captured or released, or `ttlSeconds` are over. Throws as `debit`. */
  async placeHold(input: HoldInput, options: SpendOptions = {}): Promise<Hold> {
    return this.#post(['holds'], input, options);
  }

  /** Takes what was held, all of it or less, and gives back the rest; more only with `allowExcess`. */
  async captureHold(holdId: string, input: CaptureInput = {}, options: ChangeOptions = {}): Promise<Debit> {
    return this.#post(['holds', holdId, 'capture'], input, options);
  }

  /** Gives back all that was held. */
  async releaseHold(holdId: string, options: ChangeOptions = {}): Promise<Hold> {
    return this.#post(['holds', holdId, 'release'], undefined, options);
  }

  async listHolds(options: PageOptions & { state?: 'open' | undefined } = {}): Promise<Page<ListedHold>> {
    return this.#get(['holds'], ['data'], options);
  }

  /**
   * Sets credits aside, works, and takes what was used: all of the hold, or what the work says by `held.use`. Work
   * that throws has the hold released, and its error is thrown. See `WithHoldOptions`.
   */
  async withHold<Result>(
    action: string,
    quantity: Amount,
    work: (held: HeldWork) => Result | Promise<Result>,
    options: WithHoldOptions = {},
  ): Promise<WithHoldResult<Result>> {
    const place = async (input: HoldInput, spend: SpendOptions) =>
      this.#change<Hold>(['holds'], input, spend);
    return workWithHold({ account: this, newId: this.#newId, place }, { action, quantity, work, options });
  }

  /** What lines of actions would cost, and what is short. Nothing is changed. */
  async quote(lines: readonly QuoteLine[], { signal }: CallOptions = {}): Promise<Quote> {
    const call = {
      method: 'POST',
      path: ['quotes'],
      body: { lines },
      effect: 'none',
      needs: ['pools'],
      signal,
    } as const;
    return (await this.#send<Quote>(call)).value;
  }

  /** The journal of the account, oldest first. */
  async listEntries(options: PageOptions = {}): Promise<Page<Entry>> {
    return this.#get(['entries'], ['data'], options);
  }

  /** By day, action or key; the last 30 days of the account, if not told otherwise. */
  async usage(options: AccountUsageOptions = {}): Promise<AccountUsage> {
    return this.#get(['usage'], ['data', 'total'], options);
  }

  async #get<Value>(path: readonly string[], needs: readonly string[], options: CallOptions): Promise<Value> {
    const { signal, ...query } = options as CallOptions & NonNullable<ScripCall['query']>;
    return (await this.#send<Value>({ method: 'GET', path, query, needs, signal })).value;
  }

  async #post<Value>(
    path: readonly string[],
    body: object | undefined,
    options: SpendOptions,
  ): Promise<Value> {
    return (await this.#change<Value>(path, body, options)).value;
  }

  async #change<Value>(
    path: readonly string[],
    body: object | undefined,
    { id = this.#newId(), dialect, signal }: SpendOptions,
  ): Promise<ScripReply<Value>> {
    return this.#send<Value>({ method: 'POST', path, body, query: { dialect }, id, needs: ['id'], signal });
  }

  async #send<Value>(call: ScripCall): Promise<ScripReply<Value>> {
    return this.#ask<Value>({ ...call, path: ['accounts', this.id, ...call.path] });
  }
}

function toAccountBalance({ value, text, requestId }: ScripReply<BalanceReply>): AccountBalance {
  const { pools } = value;
  const odd = Array.isArray(pools) ? pools.findIndex((pool) => typeof pool?.available !== 'string') : null;
  if (odd !== -1) {
    const at = odd === null ? 'pools' : `pools[${odd}].available`;
    const members = { code: 'member-odd', service: 'scrip', requestId: requestId ?? undefined, at } as const;
    throw new DecodeError(`Scrip's reply is odd at "${at}".`, members);
  }
  return { vendor: 'scrip', ...value, pools: pools.map((pool) => ({ ...pool, unit: null })), raw: text };
}
