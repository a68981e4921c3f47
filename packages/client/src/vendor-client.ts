import { type DialectName, dialects, type NotRead } from '@scrip/dialects';
import { type Balance, toBalance } from './balance.ts';
import { createPace } from './pace.ts';
import { decodeError, refusalError } from './refusal-error.ts';
import { type CallOptions, type ClientOptions, resolveSettings, type ServiceNames } from './settings.ts';
import { createTransport, type Received, type Transport } from './transport.ts';

/** What a vendor's client can be told. */
export interface VendorOptions extends ClientOptions {
  /** If not given, the vendor's environment variable. */
  readonly apiKey?: string | undefined;
  /** If not given, the vendor's environment variable, and its own address without one. */
  readonly baseUrl?: string | undefined;
}

/** How a vendor is asked. */
export interface VendorProfile extends ServiceNames {
  readonly service: DialectName;
  /** The path of the balance, encoded. */
  readonly balancePath: (key: string) => string;
  readonly headers: (key: string) => Readonly<Record<string, string>>;
}

/** A vendor's replies are some hundred bytes; a page of usage some thousand. */
const MAX_REPLY_BYTES = 1_000_000;

/** Reads from one vendor with one key. */
export class VendorClient {
  readonly vendor: DialectName;
  readonly #profile: VendorProfile;
  readonly #transport: Transport;
  readonly #balancePath: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(profile: VendorProfile, { apiKey, baseUrl, ...options }: VendorOptions) {
    const settings = resolveSettings(profile, { ...options, key: apiKey, url: baseUrl });
    const { key, runtime } = settings;
    this.vendor = profile.service;
    this.#profile = profile;
    this.#balancePath = profile.balancePath(key);
    this.#headers = { accept: 'application/json', ...profile.headers(key) };
    const owner = `${profile.service} ${settings.baseUrl} ${key}`;
    const pace = createPace(owner, dialects[profile.service].limits, runtime);
    this.#transport = createTransport(settings, { pace, maxReplyBytes: MAX_REPLY_BYTES });
  }

  /** Reads the balance. Throws a `ClientError`, or the signal's reason. */
  async balance(options: CallOptions = {}): Promise<Balance> {
    const { decodeBalance } = dialects[this.vendor];
    return this.read(this.#balancePath, options, decodeBalance, ({ balance }, { reply, receivedAtMs }) =>
      toBalance(this.vendor, balance, { asOfMs: receivedAtMs, raw: reply.body }),
    );
  }

  /** Asks for a path and decodes the reply; what was refused or cannot be read is thrown. */
  protected async read<Reading extends { ok: true }, Value>(
    path: string,
    { signal }: CallOptions,
    decode: (reply: Received['reply']) => Reading | NotRead,
    toValue: (reading: Reading, received: Received) => Value,
  ): Promise<Value> {
    const call = { method: 'GET', path, headers: this.#headers, effect: 'none', signal } as const;
    return this.#transport(call, (received) => {
      const reading = decode(received.reply);
      if (reading.ok) return toValue(reading, received);
      if ('unreadable' in reading) throw decodeError(reading.unreadable, received, this.#profile);
      // Read once more, without the key: a vendor may repeat it in its words.
      const refused = decode(received.safeReply);
      const refusal = !refused.ok && 'refusal' in refused ? refused.refusal : reading.refusal;
      throw refusalError(refusal, received, this.#profile);
    });
  }
}
