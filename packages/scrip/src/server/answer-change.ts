import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Entry, EntryKind } from '../core/entry.ts';
import { asUnknown } from '../ledger/fault.ts';
import type { ChangeInput, Ledger } from '../ledger/ledger.ts';
import type { Personal } from '../ledger/store.ts';
import { rejectionProblem } from './rejection-problem.ts';
import { sendJson } from './reply.ts';
import { readIdempotencyKey } from './request-headers.ts';
import { sendProblem } from './send-problem.ts';

/** The parts of a change that come from the request itself. A change without an Idempotency-Key gets an id of its own. */
export function changeOrigin(request: FastifyRequest, ledger: Ledger): { id: string; actor: string | null } {
  return {
    id: readIdempotencyKey(request) ?? ledger.newId(),
    actor: request.principal?.keyId ?? null,
  };
}

export interface ChangeReply {
  readonly status: number;
  /** Rendered from the entry alone, so that every try of the change gets the same bytes. */
  readonly render: (entry: Entry, personal: Personal | null) => string | Promise<string>;
}

/** Makes a change and answers with its outcome, or with why it was refused. */
export async function answerChange(
  {
    request,
    reply,
    ledger,
  }: { request: FastifyRequest; reply: FastifyReply; ledger: Pick<Ledger, 'change'> },
  input: ChangeInput,
  { status, render }: ChangeReply,
): Promise<FastifyReply> {
  const outcome = await ledger.change(input);
  if (!outcome.ok) return sendProblem(request, reply, rejectionProblem(outcome.rejection));
  if (outcome.replayed) reply.header('idempotent-replayed', 'true');
  try {
    return sendJson(reply, status, await render(outcome.entry, outcome.personal));
  } catch (error) {
    // The change was made, whatever could not be read to tell of it.
    throw asUnknown(error);
  }
}

/** The entry as one of its kind; a change's entry always has the kind of its command. */
export function ofKind<K extends EntryKind>(entry: Entry, kind: K): Extract<Entry, { kind: K }> {
  if (entry.kind !== kind) throw new Error(`entry ${entry.version} is ${entry.kind}, not ${kind}`);
  return entry as Extract<Entry, { kind: K }>;
}
