import { hash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OperatorRole } from '../core/account.ts';
import type { AddKey } from '../core/command.ts';
import type { ChangeOutcome } from '../ledger/decide-request.ts';
import { digestApiKey, formatApiKey } from './api-key.ts';
import type { AppDeps } from './app-deps.ts';
import { changeOrigin, ofKind } from './answer-change.ts';
import { rejectionProblem } from './rejection-problem.ts';
import { formatTime } from './render/time.ts';
import { sendJson } from './reply.ts';
import { sendProblem } from './send-problem.ts';

export interface NewKey {
  readonly accountId: string;
  readonly name: string | null;
  readonly role: OperatorRole | null;
  /** An existing key to import; undefined: a new one is made. */
  readonly secret: string | undefined;
}

/**
 * Adds a key and answers with its secret, this once. A made secret is random, so that a retry would ask for another
 * key than the first try did: it takes the digest that the first try has recorded, and shows no secret.
 */
export async function answerNewKey(
  { request, reply, deps }: { request: FastifyRequest; reply: FastifyReply; deps: AppDeps },
  wanted: NewKey,
): Promise<FastifyReply> {
  const origin = changeOrigin(request, deps.ledger);
  const { accountId } = wanted;
  const submit = async (digest: string): Promise<ChangeOutcome> =>
    deps.ledger.change({
      accountId,
      ...origin,
      command: addKey(wanted, origin.id, digest),
      ...(wanted.name === null ? {} : { name: wanted.name }),
    });
  const recordedDigest = async (): Promise<string | undefined> => {
    const entry = (await deps.ledger.findChange(accountId, origin.id))?.recorded.entry;
    return entry?.kind === 'KeyAdded' ? entry.digest : undefined;
  };
  const secret =
    wanted.secret ?? formatApiKey(wanted.role === null ? 'account' : 'operator', deps.newSecret());
  const digest = digestApiKey(secret, deps.secret);
  let outcome = await submit(digest);
  if (wanted.secret === undefined && !outcome.ok && outcome.rejection.code === 'idempotency-mismatch')
    outcome = await submit((await recordedDigest()) ?? digest);
  if (!outcome.ok) return sendProblem(request, reply, rejectionProblem(outcome.rejection));
  const { keyId: id, role, atMs } = ofKind(outcome.entry, 'KeyAdded');
  if (outcome.replayed) reply.header('idempotent-replayed', 'true');
  // One that was made is shown once; who imports one has it already.
  const shown = outcome.replayed && wanted.secret === undefined ? null : secret;
  const rendered = {
    id,
    name: outcome.personal?.name ?? null,
    ...(role === null ? {} : { role }),
    secret: shown,
    createdAt: formatTime(atMs),
  };
  return sendJson(reply, 201, JSON.stringify(rendered));
}

/** A key's id follows from the id of its change, and tells a made key from an imported one: a retry must be the same. */
function addKey({ role, secret }: NewKey, changeId: string, digest: string): AddKey {
  const keyId = hash('sha256', `${secret === undefined ? 'made' : 'imported'} ${changeId}`, 'hex').slice(
    0,
    24,
  );
  return { kind: 'AddKey', keyId, digest, role };
}
