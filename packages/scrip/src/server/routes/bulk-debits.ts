import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { ChangeInput, Ledger } from '../../ledger/ledger.ts';
import { ofKind } from '../change.ts';
import { knownProblem } from '../error-handling.ts';
import type { Issue, Problem } from '../problem.ts';
import { invalidRequest, problemMembers, RefusedRequest, statusOf } from '../problem.ts';
import type { Line } from '../read/bulk-lines.ts';
import { readArrayLines, readTextLines } from '../read/bulk-lines.ts';
import { readCharge } from '../read/charge.ts';
import { readInstantOrNull } from '../read/instant.ts';
import { compileCheck } from '../read/schema-issues.ts';
import { checkAccountId, checkMetadata } from '../read/text.ts';
import { rejectionProblem } from '../rejection-problem.ts';
import { debitMembersJson } from '../render/debit.ts';
import { sendJson } from '../reply.ts';
import type { RouteContext } from '../route-context.ts';
import type { BulkLine } from '../schemas/bulk.ts';
import { bulkBody, bulkLine, bulkReply } from '../schemas/bulk.ts';
import { routeSchema } from '../schemas/route-schema.ts';
import { installValidation } from '../validation.ts';

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
/** As many lines as one commit takes; between two such chunks other requests have their turn. */
const CHUNK_LINES = 1000;

/** Many debits in one request, of any accounts, each judged alone. */
export async function registerBulkDebits(
  app: FastifyInstance,
  { deps: { ledger, log }, authorise }: RouteContext,
): Promise<void> {
  app.removeAllContentTypeParsers();
  const options = { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES } as const;
  app.addContentTypeParser(
    /^application\/(?:[\w.-]+\+)?json(?:;|$)/i,
    options,
    async (_request: unknown, body: Buffer) => readArrayLines(body),
  );
  app.addContentTypeParser(
    /^application\/(?:x-)?ndjson(?:;|$)/i,
    options,
    async (_request: unknown, body: Buffer) => readTextLines(body),
  );
  // Lines are checked one by one, so that only the document has a use for the body's schema.
  installValidation(app, { checksBodies: false });
  const check = compileCheck(bulkLine);
  app.post<{ Body: Line[] | undefined }>(
    '/debits',
    {
      onRequest: authorise({ role: 'spend' }),
      bodyLimit: BODY_LIMIT_BYTES,
      schema: routeSchema(
        {
          summary: 'Debit many times',
          description:
            'Up to 10,000 lines. Each is judged alone: what is wrong with one says nothing about another.',
          tag: 'Debits',
        },
        {
          body: bulkBody,
          consumes: ['application/json', 'application/x-ndjson'],
          reply: { 200: bulkReply },
        },
      ),
    },
    async (request, reply) => {
      if (request.body === undefined)
        throw new RefusedRequest({ code: 'malformed-json', detail: 'The body is empty: send the lines.' });
      const actor = request.principal?.keyId ?? null;
      const problemOf = (error: unknown) => knownProblem(log, request, error);
      const results: Promise<string>[] = [];
      for (const [index, line] of request.body.entries()) {
        if (index > 0 && index % CHUNK_LINES === 0) await nextTurn();
        results.push(resultOf(line, { ledger, check, actor, problemOf }));
      }
      return sendJson(reply, 200, `{"results":[${(await Promise.all(results)).join(',')}]}`);
    },
  );
}

interface LineContext {
  readonly ledger: Ledger;
  readonly check: (value: unknown) => Issue[] | undefined;
  readonly actor: string | null;
  readonly problemOf: (error: unknown) => Problem;
}

async function resultOf(line: Line, { ledger, check, actor, problemOf }: LineContext): Promise<string> {
  if (!line.ok) return refusalJson(null, line.problem);
  const issues = check(line.value);
  if (issues !== undefined) return refusalJson(idOf(line.value), invalidRequest(issues));
  const value = line.value as BulkLine;
  const input = readLine(value, actor);
  if ('problem' in input) return refusalJson(value.id, input.problem);
  try {
    const outcome = await ledger.change(input);
    if (!outcome.ok) return refusalJson(value.id, rejectionProblem(outcome.rejection));
    const members = debitMembersJson(ofKind(outcome.entry, 'CreditsDebited'));
    return `{"id":${JSON.stringify(value.id)},"status":201,${members}}`;
  } catch (error) {
    return refusalJson(value.id, problemOf(error));
  }
}

function readLine(line: BulkLine, actor: string | null): ChangeInput | { problem: Problem } {
  const issues: Issue[] = [];
  checkAccountId(line.accountId, '/accountId', issues);
  const charge = readCharge(line, issues);
  const occurredAtMs = readInstantOrNull(line.occurredAt, '/occurredAt', issues);
  checkMetadata(line.metadata, '/metadata', issues);
  if (issues.length > 0) return { problem: invalidRequest(issues) };
  return {
    accountId: line.accountId,
    id: line.id,
    actor,
    command: { kind: 'DebitCredits', charge, occurredAtMs },
    ...(line.metadata === undefined ? {} : { metadata: line.metadata }),
  };
}

function idOf(value: unknown): string | null {
  const id = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : null;
  return typeof id === 'string' && id.length <= 255 ? id : null;
}

function refusalJson(id: string | null, problem: Problem): string {
  return JSON.stringify({ id, status: statusOf(problem), ...problemMembers(problem) });
}
