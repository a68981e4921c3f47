import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ChangeOutcome } from '../../ledger/decide-request.ts';
import type { ChangeInput, Ledger } from '../../ledger/ledger.ts';
import type { Settled } from '../../ledger/store.ts';
import { refuseCoding } from '../body-parsers.ts';
import { ofKind } from '../answer-change.ts';
import { knownProblem } from '../error-handling.ts';
import type { Issue, Problem } from '../problem.ts';
import { invalidRequest, problemMembers, RefusedRequest, statusOf } from '../problem.ts';
import type { Line } from '../read/bulk-lines.ts';
import { readArrayLines, readTextLines, SLICE_LINES } from '../read/bulk-lines.ts';
import { readCharge } from '../read/charge.ts';
import { readInstantOrNull } from '../read/instant.ts';
import { compileCheck } from '../read/schema-issues.ts';
import { checkAccountId, checkMetadata } from '../read/text.ts';
import { rejectionProblem } from '../rejection-problem.ts';
import type { ByteText } from '../render/byte-text.ts';
import { addJsonText, addText, bytesOf, newByteText } from '../render/byte-text.ts';
import { addDebitMembers, DEBIT_BYTES } from '../render/debit.ts';
import { sendJson } from '../reply.ts';
import type { RouteContext } from '../route-context.ts';
import type { BulkLine } from '../schemas/bulk.ts';
import { bulkBody, bulkLine, bulkReply } from '../schemas/bulk.ts';
import { routeSchema } from '../schemas/route-schema.ts';
import { installValidation } from '../validation.ts';

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
const [OPENING, COMMA, CLOSING] = [Buffer.from('{"results":['), Buffer.from(','), Buffer.from(']}')];

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
    async (request: FastifyRequest, body: Buffer) => {
      refuseCoding(request);
      return readArrayLines(body);
    },
  );
  app.addContentTypeParser(
    /^application\/(?:x-)?ndjson(?:;|$)/i,
    options,
    async (request: FastifyRequest, body: Buffer) => {
      refuseCoding(request);
      return readTextLines(body);
    },
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
      const results: Promise<Buffer>[] = [];
      for (let first = 0; first < request.body.length; first += SLICE_LINES) {
        if (first > 0) await nextTurn();
        const lines = request.body.slice(first, first + SLICE_LINES);
        results.push(resultsOf(lines, { ledger, check, actor, problemOf }));
      }
      const texts = await Promise.all(results);
      const parts = texts.flatMap((text, index) => (index === 0 ? [text] : [COMMA, text]));
      return sendJson(reply, 200, Buffer.concat([OPENING, ...parts, CLOSING]));
    },
  );
}

interface LineContext {
  readonly ledger: Ledger;
  readonly check: (value: unknown) => Issue[] | undefined;
  readonly actor: string | null;
  readonly problemOf: (error: unknown) => Problem;
}

/** The results of some lines, which come before the ledger together. */
async function resultsOf(
  lines: readonly Line[],
  { ledger, check, actor, problemOf }: LineContext,
): Promise<Buffer> {
  const read = lines.map((line) => readLine(line, { check, actor }));
  const settled = await ledger.changeAll(read.filter((line) => typeof line !== 'string'));
  let asked = 0;
  const text = newByteText(lines.length * DEBIT_BYTES);
  for (const line of read) {
    if (text.length > 0) addText(text, ',');
    if (typeof line === 'string') addText(text, line);
    else {
      addResult(text, { id: line.id, settled: settled[asked], problemOf });
      asked += 1;
    }
  }
  return bytesOf(text);
}

interface Result extends Pick<LineContext, 'problemOf'> {
  readonly id: string;
  readonly settled: Settled<ChangeOutcome> | undefined;
}

function addResult(text: ByteText, { id, settled, problemOf }: Result): void {
  if (settled === undefined) throw new Error(`${id} has not been answered`);
  if ('error' in settled) addText(text, refusalJson(id, problemOf(settled.error)));
  else if (!settled.outcome.ok) addText(text, refusalJson(id, rejectionProblem(settled.outcome.rejection)));
  else {
    addText(text, '{"id":');
    addJsonText(text, id);
    addText(text, ',"status":201,');
    addDebitMembers(text, ofKind(settled.outcome.entry, 'CreditsDebited'));
    addText(text, '}');
  }
}

/** What the ledger is to decide, or the result of a line that says nothing that could be decided. */
function readLine(line: Line, { check, actor }: Pick<LineContext, 'check' | 'actor'>): ChangeInput | string {
  if (!line.ok) return refusalJson(idOf(line.value), line.problem);
  const misfits = line.isPlain ? undefined : check(line.value);
  if (misfits !== undefined) return refusalJson(idOf(line.value), invalidRequest(misfits));
  const value = line.value as BulkLine;
  const { id, accountId, metadata } = value;
  const issues: Issue[] = [];
  checkAccountId(accountId, '/accountId', issues);
  const charge = readCharge(value, issues);
  const occurredAtMs = readInstantOrNull(value.occurredAt, '/occurredAt', issues);
  checkMetadata(metadata, '/metadata', issues);
  if (issues.length > 0) return refusalJson(id, invalidRequest(issues));
  const command = { kind: 'DebitCredits', charge, occurredAtMs } as const;
  return metadata === undefined
    ? { accountId, id, actor, command }
    : { accountId, id, actor, command, metadata };
}

function idOf(value: unknown): string | null {
  const id = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : null;
  return typeof id === 'string' && id.length <= 255 ? id : null;
}

function refusalJson(id: string | null, problem: Problem): string {
  return JSON.stringify({ id, status: statusOf(problem), ...problemMembers(problem) });
}
