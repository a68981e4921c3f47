import type { AddKey, RevokeKey } from './command.ts';
import type { Decision, Situation } from './decision.ts';
import { accept, nextBase, reject } from './decision.ts';
import type { KeyAdded, KeyRevoked } from './entry.ts';

export function decideAddKey(command: AddKey, situation: Situation): Decision<KeyAdded> {
  const { state, facts } = situation;
  if (state.closedAtMs !== null) return reject({ code: 'account-closed' });
  // An id twice would leave one of the two keys open when the id is revoked.
  const isInUse = state.keys.some((key) => key.id === command.keyId || key.digest === command.digest);
  if (facts.isKeyTaken || isInUse) return reject({ code: 'key-in-use' });
  const { keyId, digest, role } = command;
  return accept({ kind: 'KeyAdded', ...nextBase(situation), keyId, digest, role });
}

export function decideRevokeKey(command: RevokeKey, situation: Situation): Decision<KeyRevoked> {
  const { keys } = situation.state;
  const key = keys.find((candidate) => candidate.id === command.keyId);
  if (key === undefined) return reject({ code: 'key-not-found' });
  const isLastAdmin = key.role === 'admin' && keys.filter(({ role }) => role === 'admin').length === 1;
  if (isLastAdmin) return reject({ code: 'last-admin-key' });
  return accept({ kind: 'KeyRevoked', ...nextBase(situation), keyId: key.id, digest: key.digest });
}
