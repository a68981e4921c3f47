import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Ledger } from '../ledger/ledger.ts';
import { rejectionProblem } from './rejection-problem.ts';
import { sendProblem } from './send-problem.ts';

/** Revokes a key and answers with nothing; once that is answered, the key is refused everywhere. */
export async function answerRevocation(
  { request, reply, ledger }: { request: FastifyRequest; reply: FastifyReply; ledger: Ledger },
  { accountId, keyId }: { accountId: string; keyId: string },
): Promise<FastifyReply> {
  const outcome = await ledger.change({
    accountId,
    id: ledger.newId(),
    actor: request.principal?.keyId ?? null,
    command: { kind: 'RevokeKey', keyId },
  });
  if (!outcome.ok) return sendProblem(request, reply, rejectionProblem(outcome.rejection));
  return reply.code(204).send();
}
