import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CARD, openScenario } from '../../../../test/support/account-scenario.ts';
import {
  CREDIT,
  debitCredits,
  grantCredits,
  placeHold,
  quantityOf,
  setOverdraft,
} from '../../../../test/support/commands.ts';
import { MAX_MICROS } from './credits.ts';
import { quote } from './quote.ts';

const line = (action: string, quantity: bigint) => ({ action, quantityMicros: quantity * CREDIT });

const someLine = fc
  .tuple(
    fc.constantFrom('sms', 'voice_call', 'search', 'check', 'half_check', 'included'),
    fc.bigInt({ min: 1n, max: 8n }),
  )
  .map(([action, quantity]) => line(action, quantity));

describe('a quote', () => {
  it('prices each line, and compares each pool’s sum with what is available', () => {
    const account = openScenario();
    account.accept(grantCredits(10n));
    account.accept(placeHold(2n));
    expect(
      quote(account.state(), [line('sms', 5n), line('check', 1n), line('voice_call', 61n)], CARD),
    ).toEqual({
      ok: true,
      quote: {
        affordable: false,
        pools: [
          {
            pool: 'standard',
            requiredMicros: 11n * CREDIT,
            availableMicros: 8n * CREDIT,
            shortfallMicros: 3n * CREDIT,
          },
          { pool: 'email', requiredMicros: CREDIT, availableMicros: 0n, shortfallMicros: CREDIT },
        ],
        lines: [
          expect.objectContaining({ action: 'sms', amountMicros: 5n * CREDIT }),
          expect.objectContaining({ action: 'check', amountMicros: CREDIT }),
          expect.objectContaining({ action: 'voice_call', amountMicros: 6n * CREDIT, rateCardVersion: 1 }),
        ],
      },
    });
  });

  it('says which line cannot be priced, and why', () => {
    const account = openScenario();
    expect(quote(account.state(), [line('sms', 1n), line('fax', 1n)], CARD)).toEqual({
      ok: false,
      line: 1,
      rejection: { code: 'unknown-action', action: 'fax' },
    });
    expect(quote(account.state(), [line('sms', 0n)], CARD)).toMatchObject({
      line: 0,
      rejection: { code: 'amount-not-positive' },
    });
  });

  it('is refused where a sum is more than an amount can be', () => {
    const much = line('sms', MAX_MICROS / CREDIT);
    expect(quote(openScenario().state(), [much], CARD)).toMatchObject({ ok: true });
    expect(quote(openScenario().state(), [much, line('sms', 1n)], CARD)).toEqual({
      ok: false,
      line: 1,
      rejection: { code: 'amount-too-large' },
    });
  });

  it('of free actions is affordable to an account that has nothing', () => {
    expect(quote(openScenario().state(), [line('included', 9n)], CARD)).toMatchObject({
      quote: { affordable: true, pools: [{ pool: 'standard', requiredMicros: 0n, shortfallMicros: 0n }] },
    });
  });

  it('is affordable exactly when all its lines could be debited now, at these prices', () => {
    const credits = fc.bigInt({ min: 1n, max: 25n });
    fc.assert(
      fc.property(fc.array(someLine, { maxLength: 5 }), credits, credits, (lines, standard, email) => {
        const account = openScenario();
        account.accept(grantCredits(standard));
        account.accept(grantCredits(email, { pool: 'email' }));
        account.accept(setOverdraft(standard % 3n));
        account.attempt(placeHold(email));
        const quoted = quote(account.state(), lines, CARD);
        const decisions = lines.map(({ action, quantityMicros }) =>
          account.attempt(debitCredits(quantityOf(action, quantityMicros / CREDIT))),
        );
        expect(quoted).toMatchObject({ ok: true, quote: { affordable: decisions.every(({ ok }) => ok) } });
        for (const [index, decision] of decisions.entries())
          if (decision.ok && quoted.ok)
            expect(decision.entry).toMatchObject({ ...quoted.quote.lines[index] });
      }),
    );
  });
});
