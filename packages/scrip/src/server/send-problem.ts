import type { DialectName } from '@scrip/dialects';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { dialectRefusal } from './dialect-refusal.ts';
import { PROBLEM_TYPE, problemMembers, statusOf } from './problem.ts';
import type { Problem } from './problem.ts';
import { spendDialectOf } from './spend-dialect.ts';
import { vendorOf } from './vendor/vendor-of.ts';
import { sendVendorReply, vendorRefusal } from './vendor/vendor-refusal.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The vendor in whose words a spend wants its refusals. */
    dialect: DialectName | null;
  }
}

/** Answers with a problem: in Scrip's own words, or in those of the vendor whose path or dialect it is. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, problem: Problem): FastifyReply {
  const vendor = request.dialect ?? spendDialectOf(request) ?? vendorOf(request.url);
  if (vendor !== null) return sendVendorReply(reply, vendorRefusal(vendor, dialectRefusal(problem), request));
  if (problem.headers !== undefined) reply.headers(problem.headers);
  return (
    reply
      .code(statusOf(problem))
      .header('content-type', PROBLEM_TYPE)
      // To the type of a text Fastify would add a charset, which JSON has none of.
      .send(Buffer.from(JSON.stringify(problemMembers(problem))))
  );
}
