export type { Balance, PoolBalance, Purchasable, Service } from './balance.ts';
export {
  AuthenticationError,
  ClientError,
  ConfigurationError,
  ConflictError,
  ConnectionError,
  DecodeError,
  type ErrorReply,
  InsufficientCreditsError,
  InvalidRequestError,
  type Issue,
  NotFoundError,
  type Outcome,
  RateLimitError,
  RedirectError,
  ServerError,
  type Shortage,
  TimeoutError,
} from './client-error.ts';
export type { Fetch } from './exchange.ts';
export { Ocean } from './ocean.ts';
export type { Runtime } from './runtime.ts';
export type { CallOptions, ClientOptions } from './settings.ts';
export { Supertone } from './supertone.ts';
export type { Usage, UsageDay, UsageRange, Used } from './usage.ts';
export type { VendorClient, VendorOptions } from './vendor-client.ts';
export { VoicePartner } from './voice-partner.ts';
export { Voxpria } from './voxpria.ts';
