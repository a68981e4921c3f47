import { type Dialect, type DialectName, dialectNames } from './dialect.ts';
import * as ocean from './ocean/index.ts';
import * as supertone from './supertone/index.ts';
import * as voicepartner from './voicepartner/index.ts';
import * as voxpria from './voxpria/index.ts';

export type { Balance, PoolBalance, Purchasable } from './balance.ts';
export { formatMicros, parseLenientMicros } from './decimal.ts';
export {
  type Credential,
  type CredentialPlace,
  type Dialect,
  type DialectName,
  dialectNames,
  type ReplyOptions,
  type RequestLimit,
} from './dialect.ts';
export { formatInstant } from './instant.ts';
export type { BalanceReading, NotRead, Unreadable } from './reading.ts';
export type { Problem, Refusal, RefusalCode, VendorRefusal } from './refusal.ts';
export type { ReceivedReply, Reply } from './reply.ts';
export { ocean, supertone, voicepartner, voxpria };

/** Every dialect by its name, for code that treats them alike. */
export const dialects: Readonly<Record<DialectName, Dialect>> = { voicepartner, supertone, voxpria, ocean };

/** The dialect that must answer a request to this path (a query may follow), null where none does. */
export function dialectOfPath(path: string): DialectName | null {
  return (
    dialectNames.find((name) => dialects[name].prefixes.some((prefix) => path.startsWith(prefix))) ?? null
  );
}
