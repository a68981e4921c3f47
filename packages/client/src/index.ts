export type { AccountBalance, AccountPool, BalanceReply } from './account-balance.ts';
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
export { Scrip, type ScripOptions } from './scrip.ts';
export type { ScripAccount } from './scrip-account.ts';
export type { ScripCall, ScripReply } from './scrip-call.ts';
export type {
  Account,
  AccountUsage,
  AccountUsageLine,
  AccountUsed,
  BalanceAfter,
  Debit,
  DebitResult,
  Entry,
  Erasure,
  ExplainedDebit,
  Grant,
  GrantKind,
  GrantSource,
  Hold,
  Key,
  ListedGrant,
  ListedHold,
  Lot,
  LotAmount,
  NewKey,
  NewOperatorKey,
  OperatorKey,
  Page,
  Period,
  Price,
  Problem,
  Quote,
  QuotedLine,
  QuotedPool,
  RateCard,
  RateCardPool,
  Refund,
  Role,
  VoidedGrant,
} from './scrip-replies.ts';
export type {
  AccountInput,
  AccountPatch,
  AccountUsageOptions,
  Amount,
  CaptureInput,
  ChangeOptions,
  Charge,
  DebitInput,
  DebitLine,
  GrantInput,
  HoldInput,
  Instant,
  KeyInput,
  Metadata,
  OperatorKeyInput,
  PageOptions,
  QuoteLine,
  RateCardInput,
  SpendOptions,
} from './scrip-requests.ts';
export { Supertone } from './supertone.ts';
export type { Usage, UsageDay, UsageRange, Used } from './usage.ts';
export type { VendorClient, VendorOptions } from './vendor-client.ts';
export { VoicePartner } from './voice-partner.ts';
export { Voxpria } from './voxpria.ts';
export { CaptureError, type HeldWork, type WithHoldOptions, type WithHoldResult } from './with-hold.ts';
