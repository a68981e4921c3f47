import type { Static } from 'typebox';
import { expect, it } from 'vitest';
import type * as client from '../../packages/client/src/index.ts';
import type * as accounts from '../../packages/scrip/src/server/schemas/account.ts';
import type * as balances from '../../packages/scrip/src/server/schemas/balance.ts';
import type * as debits from '../../packages/scrip/src/server/schemas/debit.ts';
import type * as grants from '../../packages/scrip/src/server/schemas/grant.ts';
import type * as holds from '../../packages/scrip/src/server/schemas/hold.ts';
import type * as keys from '../../packages/scrip/src/server/schemas/key.ts';
import type * as quotes from '../../packages/scrip/src/server/schemas/quote.ts';
import type * as rateCards from '../../packages/scrip/src/server/schemas/rate-card.ts';
import type * as usage from '../../packages/scrip/src/server/schemas/usage.ts';

/** Without `readonly`, which the client's types have and the schemas' have not. */
type Plain<Value> = Value extends readonly (infer Item)[]
  ? Plain<Item>[]
  : Value extends object
    ? { -readonly [Name in keyof Value]: Plain<Value[Name]> }
    : Value;

/** True where each of two types can stand for the other. */
type Same<One, Other> = [Plain<One>] extends [Plain<Other>]
  ? [Plain<Other>] extends [Plain<One>]
    ? true
    : false
  : false;

/**
 * The client's types of replies, by hand, are what the server's schemas say. The compiler refuses this file where they
 * are not.
 */
const replyTypes: {
  readonly account: Same<client.Account, Static<typeof accounts.account>>;
  readonly accounts: Same<client.Page<client.Account>, Static<typeof accounts.accountList>>;
  readonly erasure: Same<client.Erasure, Static<typeof accounts.erasure>>;
  readonly balance: Same<client.BalanceReply, Static<typeof balances.balance>>;
  readonly lots: Same<client.Page<client.Lot>, Static<typeof balances.lotList>>;
  readonly debit: Same<client.Debit, Static<typeof debits.debit>>;
  readonly explainedDebit: Same<client.ExplainedDebit, Static<typeof debits.explainedDebit>>;
  readonly refund: Same<client.Refund, Static<typeof debits.refund>>;
  readonly grant: Same<client.Grant, Static<typeof grants.grant>>;
  readonly grants: Same<client.Page<client.ListedGrant>, Static<typeof grants.grantList>>;
  readonly voidedGrant: Same<client.VoidedGrant, Static<typeof grants.voidedGrant>>;
  readonly hold: Same<client.Hold, Static<typeof holds.hold>>;
  readonly holds: Same<client.Page<client.ListedHold>, Static<typeof holds.holdList>>;
  readonly keys: Same<client.Page<client.Key>, Static<typeof keys.keyList>>;
  readonly newKey: Same<client.NewKey, Static<typeof keys.newKey>>;
  readonly operatorKeys: Same<client.Page<client.OperatorKey>, Static<typeof keys.operatorKeyList>>;
  readonly newOperatorKey: Same<client.NewOperatorKey, Static<typeof keys.newOperatorKey>>;
  readonly quote: Same<client.Quote, Static<typeof quotes.quoteReply>>;
  readonly rateCard: Same<client.RateCard, Static<typeof rateCards.rateCard>>;
  readonly usage: Same<client.AccountUsage, Static<typeof usage.usage>>;
} = {
  account: true,
  accounts: true,
  erasure: true,
  balance: true,
  lots: true,
  debit: true,
  explainedDebit: true,
  refund: true,
  grant: true,
  grants: true,
  voidedGrant: true,
  hold: true,
  holds: true,
  keys: true,
  newKey: true,
  operatorKeys: true,
  newOperatorKey: true,
  quote: true,
  rateCard: true,
  usage: true,
};

it('the client knows every reply of the API by the type that the server gives it', () => {
  expect(Object.values(replyTypes)).toHaveLength(20);
});
