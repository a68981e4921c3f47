import { describe, expect, it } from 'vitest';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import type { ChangeOutcome } from '../../packages/scrip/src/ledger/decide-request.ts';
import { decideRequest } from '../../packages/scrip/src/ledger/decide-request.ts';
import { fingerprintOf } from '../../packages/scrip/src/ledger/digest.ts';
import type { ChangeRequest, Decide, Loaded } from '../../packages/scrip/src/ledger/store.ts';
import {
  captureHold,
  CREDIT,
  debitCredits,
  grantCredits,
  openAccount,
  placeHold,
  refundDebit,
} from '../support/commands.ts';
import { START_MS } from '../support/sample-ledger.ts';
import type { StoreUnderTest } from './store-under-test.ts';

const OPEN = openAccount();

function requestOf(accountId: string, id: string, command: Command): ChangeRequest {
  const change = { id, fingerprint: fingerprintOf(command), personalDigest: null, actor: null };
  return { accountId, change, command, personal: null };
}

export function describeTransactions(under: StoreUnderTest): void {
  describe('a transaction', () => {
    const transact = async (requests: readonly ChangeRequest[], decide: Decide<ChangeOutcome>) => {
      const { settled, later } = await under.store.transact(requests, decide);
      await later;
      return settled;
    };
    const decideAll = async (requests: readonly ChangeRequest[], seen: Loaded[] = []) => {
      const settled = await transact(requests, (request, loaded) => {
        seen.push(loaded);
        return decideRequest(request, loaded, START_MS);
      });
      return settled.map((one) => {
        if (one === undefined) throw new Error('a request was not settled');
        if ('error' in one) throw one.error;
        return one.outcome;
      });
    };

    it('decides its requests in order, and a later one sees what an earlier one decided', async () => {
      const outcomes = await decideAll([
        requestOf(under.acme, 'early', debitCredits(1n)),
        requestOf(under.acme, 'open', OPEN),
        requestOf(under.acme, 'poor', debitCredits(1n)),
        requestOf(under.acme, 'grant', grantCredits(5n)),
        requestOf(under.acme, 'rich', debitCredits(4n)),
        requestOf(under.acme, 'more', debitCredits(4n)),
      ]);
      expect(
        outcomes.map((outcome) => (outcome.ok ? outcome.entry.version : outcome.rejection.code)),
      ).toEqual(['account-not-found', 1, 'insufficient-credits', 2, 3, 'insufficient-credits']);
    });

    it('of several accounts keeps them apart', async () => {
      const ids = ['a', 'b', 'c'].map(under.named);
      await decideAll(ids.map((id) => requestOf(id, 'open', OPEN)));
      await decideAll(ids.flatMap((id, at) => [requestOf(id, 'grant', grantCredits(BigInt(at + 1)))]));
      const states = await Promise.all(ids.map(async (id) => under.store.account(id)));
      expect(states.map((state) => [state?.id, state?.version, state?.pools[0]?.settledMicros])).toEqual([
        [ids[0], 2, CREDIT],
        [ids[1], 2, 2n * CREDIT],
        [ids[2], 2, 3n * CREDIT],
      ]);
    });

    it('of nothing answers nothing', async () => {
      expect(await decideAll([])).toEqual([]);
    });

    it('gives each decision the account, the change of the same id, and the change that it speaks of', async () => {
      await under.accept(under.acme, {
        open: OPEN,
        grant: grantCredits(5n),
        used: debitCredits(5n),
        next: grantCredits(5n),
        debit: debitCredits(2n),
        part: refundDebit('debit', 1n),
      });
      const seen: Loaded[] = [];
      await decideAll(
        [
          requestOf(under.acme, 'refund', refundDebit('used')),
          requestOf(under.acme, 'rest', refundDebit('debit')),
          requestOf(under.acme, 'debit', debitCredits(2n)),
          requestOf(under.acme, 'lost', refundDebit('nothing')),
          requestOf(under.named('other'), 'debit', debitCredits(2n)),
        ],
        seen,
      );
      const [refund, rest, again, lost, other] = seen;
      expect(refund?.account?.state).toMatchObject({ id: under.acme, version: 6 });
      expect(refund?.prior).toBeNull();
      expect(refund?.facts.rateCards.at(-1)).toMatchObject({ version: 1 });
      expect(refund?.facts.referred).toMatchObject({
        entry: { version: 3, kind: 'CreditsDebited' },
        continuation: null,
        lotEntries: [{ version: 2, kind: 'CreditsGranted' }],
      });
      expect(rest?.account?.state.version).toBe(7);
      expect(rest?.facts.referred).toMatchObject({
        entry: { version: 5 },
        continuation: { version: 6, kind: 'DebitRefunded' },
        lotEntries: [{ version: 4 }],
      });
      expect(again?.prior?.entry.version).toBe(5);
      expect(lost?.facts.referred).toBeNull();
      expect(other).toMatchObject({ account: null, prior: null, facts: { referred: null } });
    });

    it('sees the entry of its own batch that an earlier request continued', async () => {
      await under.accept(under.acme, { open: OPEN, grant: grantCredits(5n) });
      const outcomes = await decideAll([
        requestOf(under.acme, 'hold', placeHold(3n)),
        requestOf(under.acme, 'capture', captureHold('hold')),
        requestOf(under.acme, 'again', captureHold('hold')),
        requestOf(under.acme, 'refund', refundDebit('capture', 1n)),
        requestOf(under.acme, 'too-much', refundDebit('capture', 3n)),
        requestOf(under.acme, 'hold', placeHold(3n)),
      ]);
      expect(outcomes).toMatchObject([
        { ok: true },
        { ok: true },
        { rejection: { code: 'hold-resolved', resolution: 'captured' } },
        { ok: true },
        { rejection: { code: 'refund-exceeds-debit', refundableMicros: 2n * CREDIT } },
        { ok: true, replayed: true },
      ]);
    });

    it('keeps nothing of a request whose decision throws, and all of the others', async () => {
      await under.accept(under.acme, { open: OPEN, grant: grantCredits(5n) });
      const asked = ['fine', 'broken', 'behind'].map((id) => requestOf(under.acme, id, debitCredits(1n)));
      const settled = await transact(asked, (request, loaded) => {
        if (request.change.id === 'broken') throw new Error('a bug');
        return decideRequest(request, loaded, START_MS);
      });
      expect(settled).toMatchObject([
        { outcome: { ok: true, entry: { version: 3 } } },
        { error: { message: 'a bug' } },
        { outcome: { ok: true, entry: { version: 4 } } },
      ]);
      await under.accept(under.acme, { later: debitCredits(1n) });
      await under.restart();
      const entries = await under.entriesOf(under.acme);
      expect(entries.map(({ entry }) => entry.change?.id)).toEqual([
        'open',
        'grant',
        'fine',
        'behind',
        'later',
      ]);
      expect(await under.sample.available(under.acme)).toBe(2n * CREDIT);
    });
  });
}
