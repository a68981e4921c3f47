import type { AccountState } from '../core/account.ts';
import { advance } from '../core/advance.ts';
import { decide } from '../core/decide.ts';
import type { Rejection } from '../core/decision.ts';
import type { Entry } from '../core/entry.ts';
import { encodeEntry } from '../core/entry-format.ts';
import { evolve } from '../core/evolve.ts';
import { findHold } from '../core/hold-tree.ts';
import { namesLots } from '../core/reference.ts';
import { CHAIN_START, chainHash, personalDigest } from './digest.ts';
import type {
  AppendedEntry,
  ChainedState,
  ChangeRequest,
  Decided,
  Loaded,
  Personal,
  RecordedEntry,
} from './store.ts';

/** What became of a change. `replayed`: it had been made before, and this is its first outcome again. */
export type ChangeOutcome =
  | {
      readonly ok: true;
      readonly entry: Entry;
      readonly personal: Personal | null;
      readonly replayed: boolean;
    }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * Advances the account to its time, decides the request, and lists what to append: what time did before it, the
 * command's entry, and what time does at once because of it (an amount that returned to a lot that has ended).
 */
export function decideRequest(
  request: ChangeRequest,
  loaded: Loaded,
  clockMs: number,
  advanceStored = advance,
): Decided<ChangeOutcome> {
  const { account, prior, facts } = loaded;
  if (prior !== null) return { outcome: replay(request, prior), entries: [], next: null };
  const nowMs = Math.max(clockMs, account?.state.atMs ?? 0);
  const before = account === null ? null : advanceStored(account.state, nowMs);
  if (before !== null && isStillBorne(before.state, request))
    return { outcome: MISMATCH, entries: [], next: null };
  const decision = decide(request.command, {
    accountId: request.accountId,
    state: before?.state ?? null,
    change: request.change,
    nowMs,
    facts,
  });
  if (!decision.ok) return { outcome: decision, entries: [], next: null };
  const { entry } = decision;
  const after = advance(evolve(before?.state ?? null, entry), nowMs);
  let hash = account?.hash ?? CHAIN_START;
  const byTime = before?.entries ?? [];
  // An array of one has no room to spare, and nearly all of them are.
  const all = byTime.length + after.entries.length === 0 ? [entry] : [...byTime, entry, ...after.entries];
  const entries = all.map((appended): AppendedEntry => {
    const { accountId, version } = appended;
    const body = encodeEntry(appended);
    hash = chainHash(hash, { accountId, version, body });
    return { entry: appended, personal: appended === entry ? request.personal : null, hash, body };
  });
  const next: ChainedState = { state: after.state, hash };
  return { outcome: { ok: true, entry, personal: request.personal, replayed: false }, entries, next };
}

const MISMATCH: ChangeOutcome = { ok: false, rejection: { code: 'idempotency-mismatch' } };

/**
 * Whether the account still speaks of a hold, or of a grant that was sealed, by an id that is about to name a hold or
 * lots again. Such ids are forgotten, and of two that bear the same the account could not tell which one ends, or was
 * voided.
 */
function isStillBorne({ holds, voided }: AccountState, { command, change: { id } }: ChangeRequest): boolean {
  if (command.kind === 'PlaceHold') return findHold(holds, id) !== undefined;
  return namesLots(command) && voided.some(({ grantId }) => grantId === id);
}

/** The same id again: the first outcome if it asks for the same, else a refusal. */
function replay(request: ChangeRequest, { entry, personal }: RecordedEntry): ChangeOutcome {
  const sameCommand = entry.change?.fingerprint === request.change.fingerprint;
  if (!sameCommand || !samePersonal(request, entry, personal)) return MISMATCH;
  return { ok: true, entry, personal, replayed: true };
}

function samePersonal(request: ChangeRequest, entry: Entry, personal: Personal | null): boolean {
  const digest = entry.change?.personalDigest ?? null;
  if (digest === null || request.personal === null) return digest === null && request.personal === null;
  // Erased since: there is nothing left to compare with.
  if (personal === null) return true;
  return personalDigest({ ...request.personal, salt: personal.salt }) === digest;
}
