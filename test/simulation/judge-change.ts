import { ok, strictEqual } from 'node:assert/strict';
import { RATE_CARD_STREAM } from '../../packages/scrip/src/core/account.ts';
import { advance } from '../../packages/scrip/src/core/advance.ts';
import type { Command } from '../../packages/scrip/src/core/command.ts';
import { decide } from '../../packages/scrip/src/core/decide.ts';
import type { Rejection } from '../../packages/scrip/src/core/decision.ts';
import { encode, encodeEntry } from '../../packages/scrip/src/core/entry-format.ts';
import type { ChangeOutcome } from '../../packages/scrip/src/ledger/decide-request.ts';
import { fingerprintOf } from '../../packages/scrip/src/ledger/digest.ts';
import { factsAt } from './account-record.ts';
import { checkAsked } from './check-asked.ts';
import type { Moment, Referee } from './referee.ts';
import type { World } from './world.ts';

/** A change as a caller asks for it, also the second time. */
export interface Call {
  readonly accountId: string;
  readonly id: string;
  readonly command: Command;
  readonly name: string | null;
}

/** Checks an outcome against what is on the disk at the moment in which the caller gets it. */
export function judgeChange(
  { referee, world }: { referee: Referee; world: World },
  call: Call,
  { moment, outcome }: { moment: Moment; outcome: ChangeOutcome },
): void {
  const record = referee.record(call.accountId);
  if (!outcome.ok) {
    referee.withdraw(call.accountId, call.id);
    judgeRejection({ referee, world }, call, { moment, rejection: outcome.rejection });
    return;
  }
  const { entry, replayed } = outcome;
  const row = record.rows[entry.version - 1];
  ok(row !== undefined, `${call.id} is acknowledged and not durable`);
  strictEqual(row.body, encodeEntry(entry), `${call.id} is acknowledged as something else`);
  strictEqual(entry.change?.id, call.id, 'acknowledged with the entry of another change');
  strictEqual(entry.accountId, call.accountId);
  strictEqual(entry.change.fingerprint, fingerprintOf(call.command), 'the outcome of another command');
  const name = outcome.personal?.name ?? null;
  const isErased = record.entries.some(
    ({ kind, version }) => kind === 'PersonalDataErased' && version > entry.version,
  );
  ok(name === call.name || (name === null && isErased), 'the outcome of another name');
  if (entry.kind === 'PersonalDataErased')
    for (const earlier of record.rows.slice(0, entry.version - 1))
      strictEqual(earlier.personal, null, 'a name is there after it has been erased');
  if (!replayed) {
    checkAsked(call.command, entry);
    ok(entry.version > moment.durableVersion, `${call.id} is new and was there before`);
    ok(referee.tell(call.accountId, call.id), `${call.id} is made twice`);
  }
  referee.show(call.accountId, entry.version);
}

interface Refusal {
  readonly moment: Moment;
  readonly rejection: Rejection;
}

/** A refusal rests on what is durable, at some moment between question and answer. */
function judgeRejection(
  { referee, world }: { referee: Referee; world: World },
  call: Call,
  { moment, rejection }: Refusal,
): void {
  const record = referee.record(call.accountId);
  const made = record.byChange.get(call.id);
  if (rejection.code === 'idempotency-mismatch') {
    ok(made !== undefined, 'a mismatch with an id that was never used');
    const isSame = made.change?.fingerprint === fingerprintOf(call.command);
    ok(!isSame || call.name !== null || made.change?.personalDigest !== null, 'a mismatch of the same');
    return;
  }
  ok(
    made === undefined || made.version > moment.durableVersion,
    `${call.id} was made and is refused when it is tried again: ${rejection.code}`,
  );
  if (rejection.code === 'key-in-use') {
    const { command } = call;
    ok(command.kind === 'AddKey' && referee.keyHistory(command.digest).length > 0, 'a key that nobody has');
    return;
  }
  const expected = encode(rejection);
  for (const other of possibleRejections({ referee, world }, call, moment)) if (other === expected) return;
  throw new Error(`${call.id} is refused for no reason that there was: ${expected}`);
}

/** What the rules answer for every state and every time between question and answer, the newest first. */
function* possibleRejections(
  { referee, world }: { referee: Referee; world: World },
  { accountId, command, id }: Call,
  moment: Moment,
): Generator<string> {
  const record = referee.record(accountId);
  const cards = referee.record(RATE_CARD_STREAM).states.slice(moment.cardVersion).toReversed();
  const change = { id, fingerprint: '', personalDigest: null, actor: null };
  for (let version = record.entries.length; version >= moment.shownVersion; version -= 1)
    for (const clockMs of world.clockSince(moment.clockCount).toReversed())
      for (const card of cards) {
        const state = record.states[version] ?? null;
        const nowMs = Math.max(clockMs, state?.atMs ?? 0);
        const facts = factsAt(record, command, { version, rateCards: card?.rateCards ?? [] });
        const advanced = state === null ? null : advance(state, nowMs).state;
        const decision = decide(command, { accountId, state: advanced, change, nowMs, facts });
        if (!decision.ok) yield encode(decision.rejection);
      }
}
