import { ok, strictEqual } from 'node:assert/strict';
import type { AccountState } from '../../packages/scrip/src/core/account.ts';
import { advance } from '../../packages/scrip/src/core/advance.ts';
import { encodeEntry, encodeState } from '../../packages/scrip/src/core/entry-format.ts';
import type { UsageChange } from '../../packages/scrip/src/core/usage.ts';
import type { EntriesQuery, FoundChange, RecordedEntry } from '../../packages/scrip/src/ledger/store.ts';
import type { Moment, Referee } from './referee.ts';
import type { World } from './world.ts';

/** Checks what readers are shown: durable entries only, and never less than somebody was shown before. */
export interface ReadJudge {
  readonly account: (moment: Moment, state: AccountState | null) => void;
  readonly accountAt: (moment: Moment, atMs: number, state: AccountState | null) => void;
  readonly entries: (moment: Moment, query: EntriesQuery, entries: readonly RecordedEntry[]) => void;
  readonly usage: (moment: Moment, changes: readonly UsageChange[]) => void;
  readonly change: (moment: Moment, changeId: string, found: FoundChange | null) => void;
  readonly keyOwner: (digest: string, shown: ReadonlyMap<string, number>, owner: string | null) => void;
}

/** The account at a time: what time does is done on a copy, and the version still counts what is stored. */
function broughtTo(state: AccountState | null | undefined, atMs: number): string {
  if (state === null || state === undefined) return '';
  return encodeState({ ...advance(state, Math.max(atMs, state.atMs)).state, version: state.version });
}

export function createReadJudge({ referee, world }: { referee: Referee; world: World }): ReadJudge {
  const show = ({ accountId, shownVersion }: Moment, version: number) => {
    ok(version >= shownVersion, `version ${version} is shown after version ${shownVersion}`);
    referee.show(accountId, version);
  };

  return {
    account: (moment, state) => {
      show(moment, state?.version ?? 0);
      if (state === null) return;
      const stored = referee.record(moment.accountId).states[state.version];
      const shown = encodeState(state);
      ok(
        world.clockSince(moment.clockCount).some((atMs) => broughtTo(stored, atMs) === shown),
        `version ${state.version} is not what its entries make it`,
      );
    },
    accountAt: (moment, atMs, state) => {
      const { entries, states } = referee.record(moment.accountId);
      const versionAt = entries.findLast((entry) => entry.atMs <= atMs)?.version ?? 0;
      const version = state?.version ?? 0;
      ok(version <= versionAt && version >= Math.min(versionAt, moment.shownVersion), 'another past');
      strictEqual(state === null ? '' : encodeState(state), broughtTo(states[version], atMs));
    },
    entries: (moment, { afterVersion, limit }, entries) => {
      const { rows } = referee.record(moment.accountId);
      let version = afterVersion;
      for (const { entry, hash } of entries) {
        const row = rows[version];
        version += 1;
        strictEqual(entry.version, version, 'the history has gaps');
        strictEqual(encodeEntry(entry), row?.body, 'another history');
        strictEqual(hash, row?.hash);
      }
      ok(entries.length <= limit);
      if (entries.length < limit) show(moment, version);
    },
    usage: (moment, changes) => {
      const shown = changes.reduce((sum, { usedMicros }) => sum + usedMicros, 0n);
      const calls = changes.reduce((sum, change) => sum + change.calls, 0);
      const { used, usedBySlot } = referee.record(moment.accountId);
      const candidates = used.slice(moment.shownVersion);
      ok(
        candidates.some((one) => one.usedMicros === shown && one.calls === calls),
        'the usage is not that of the entries',
      );
      // Where no entry came in between, every quarter of an hour must be right.
      if (candidates.length > 1) return;
      const bySlot = new Map(usedBySlot);
      for (const { slotMs, usedMicros } of changes)
        bySlot.set(slotMs, (bySlot.get(slotMs) ?? 0n) - usedMicros);
      ok(
        [...bySlot.values()].every((micros) => micros === 0n),
        'usage at another time',
      );
    },
    change: (moment, changeId, found) => {
      const { byChange } = referee.record(moment.accountId);
      const made = byChange.get(changeId);
      if (found === null)
        ok(made === undefined || made.version > moment.shownVersion, 'a change is not found');
      else strictEqual(encodeEntry(found.recorded.entry), made === undefined ? '' : encodeEntry(made));
    },
    keyOwner: (digest, shown, owner) => {
      const history = referee.keyHistory(digest);
      const certain = history.findLastIndex(
        ({ accountId, version }) => version <= (shown.get(accountId) ?? 0),
      );
      const possible = [
        certain === -1 ? null : history[certain]?.owner,
        ...history.slice(certain + 1).map((event) => event.owner),
      ];
      ok(possible.includes(owner), `the key of ${owner}`);
    },
  };
}
