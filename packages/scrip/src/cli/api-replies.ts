import type { Static } from 'typebox';
import type { account, accountList } from '../server/schemas/account.ts';
import type { balance } from '../server/schemas/balance.ts';
import type { debit, explainedDebit, refund } from '../server/schemas/debit.ts';
import type { grant, grantList, voidedGrant } from '../server/schemas/grant.ts';
import type { hold, holdList } from '../server/schemas/hold.ts';
import type { keyList, newKey } from '../server/schemas/key.ts';
import type { quoteReply } from '../server/schemas/quote.ts';
import type { rateCard } from '../server/schemas/rate-card.ts';
import type { usage } from '../server/schemas/usage.ts';

/** What the API answers, by the schemas that the server makes its replies and its description from. */
export type Account = Static<typeof account>;
export type AccountList = Static<typeof accountList>;
export type Balance = Static<typeof balance>;
export type Debit = Static<typeof debit>;
export type ExplainedDebit = Static<typeof explainedDebit>;
export type Refund = Static<typeof refund>;
export type Grant = Static<typeof grant>;
export type GrantList = Static<typeof grantList>;
export type VoidedGrant = Static<typeof voidedGrant>;
export type Hold = Static<typeof hold>;
export type HoldList = Static<typeof holdList>;
export type KeyList = Static<typeof keyList>;
export type NewKey = Static<typeof newKey>;
export type Quote = Static<typeof quoteReply>;
export type RateCard = Static<typeof rateCard>;
export type Usage = Static<typeof usage>;
