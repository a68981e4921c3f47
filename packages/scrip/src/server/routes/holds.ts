import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Entry } from '../../core/entry.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { answerChange, changeOrigin, ofKind } from '../answer-change.ts';
import { refuseIssues } from '../problem.ts';
import type { Issue } from '../problem.ts';
import { readMicros } from '../read/amount.ts';
import { readCharge } from '../read/charge.ts';
import { readInstantOrNull } from '../read/instant.ts';
import { checkMetadata } from '../read/text.ts';
import { debitJson } from '../render/debit.ts';
import { holdJson, releasedHoldJson } from '../render/hold.ts';
import type { RouteContext } from '../route-context.ts';
import { debit } from '../schemas/debit.ts';
import { captureBody, hold, holdBody } from '../schemas/hold.ts';
import type { CaptureBody, HoldBody } from '../schemas/hold.ts';
import { dialectQuery, routeSchema } from '../schemas/route-schema.ts';
import { nothingInput } from '../schemas/values.ts';
import { answerSpendsInDialect, countOceanSpends } from '../spend-dialect.ts';

const TAG = 'Holds';
const DEFAULT_TTL_SECONDS = 900;
const params = { accountId: Type.String() };
const holdParams = { ...params, holdId: Type.String() };

interface HoldParams {
  Params: { accountId: string; holdId: string };
}

export function registerHolds(app: FastifyInstance, context: RouteContext): void {
  registerPlacing(app, context);
  registerCapturing(app, context);
  registerReleasing(app, context);
}

function registerPlacing(app: FastifyInstance, context: RouteContext): void {
  const {
    deps: { ledger },
    authorise,
  } = context;
  app.post<{ Params: { accountId: string }; Body: HoldBody }>(
    '/accounts/:accountId/holds',
    {
      onRequest: [answerSpendsInDialect, authorise({ role: 'spend' })],
      preHandler: countOceanSpends(context),
      schema: routeSchema(
        {
          summary: 'Place a hold',
          description: 'Sets credits aside until it is captured or released, or its deadline passes.',
          tag: TAG,
        },
        { params, query: dialectQuery, body: holdBody, idempotent: true, reply: { 201: hold } },
      ),
    },
    async (request, reply) => {
      const { body } = request;
      const issues: Issue[] = [];
      const charge = readCharge(body, issues);
      const occurredAtMs = readInstantOrNull(body.occurredAt, '/occurredAt', issues);
      checkMetadata(body.metadata, '/metadata', issues);
      refuseIssues(issues);
      const ttlSeconds = body.ttlSeconds ?? DEFAULT_TTL_SECONDS;
      return answerChange(
        { request, reply, ledger },
        {
          accountId: request.params.accountId,
          command: { kind: 'PlaceHold', charge, occurredAtMs, ttlSeconds },
          ...changeOrigin(request, ledger),
          ...(body.metadata === undefined ? {} : { metadata: body.metadata }),
        },
        { status: 201, render: (entry) => holdJson(ofKind(entry, 'HoldPlaced')) },
      );
    },
  );
}

function registerCapturing(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.post<HoldParams & { Body: CaptureBody }>(
    '/accounts/:accountId/holds/:holdId/capture',
    {
      onRequest: authorise({ role: 'spend' }),
      schema: routeSchema(
        {
          summary: 'Capture a hold',
          description: 'Debits the hold, or less of it: the rest is released. The reply is the debit.',
          tag: TAG,
        },
        { params: holdParams, body: captureBody, idempotent: true, reply: { 201: debit } },
      ),
    },
    async (request, reply) => {
      const { accountId, holdId } = request.params;
      const command = { kind: 'CaptureHold', holdId, ...readCapture(request.body) } as const;
      return answerChange(
        { request, reply, ledger },
        { accountId, command, ...changeOrigin(request, ledger) },
        { status: 201, render: (entry) => debitJson(ofKind(entry, 'HoldCaptured')) },
      );
    },
  );
}

function readCapture({ amount, quantity, allowExcess = false }: CaptureBody) {
  const issues: Issue[] = [];
  if (amount !== undefined && quantity !== undefined)
    issues.push({ pointer: '/quantity', detail: 'cannot be sent together with "amount".' });
  const amountMicros = amount === undefined ? null : readMicros(amount, '/amount', issues);
  const quantityMicros = quantity === undefined ? null : readMicros(quantity, '/quantity', issues);
  refuseIssues(issues);
  return { amountMicros, quantityMicros, allowExcess };
}

function registerReleasing(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.post<HoldParams>(
    '/accounts/:accountId/holds/:holdId/release',
    {
      onRequest: authorise({ role: 'spend' }),
      schema: routeSchema(
        { summary: 'Release a hold', tag: TAG },
        { params: holdParams, body: nothingInput, idempotent: true, reply: { 200: hold } },
      ),
    },
    async (request, reply) => {
      const { accountId, holdId } = request.params;
      return answerChange(
        { request, reply, ledger },
        { accountId, command: { kind: 'ReleaseHold', holdId }, ...changeOrigin(request, ledger) },
        { status: 200, render: (entry) => renderRelease(ledger, entry) },
      );
    },
  );
}

async function renderRelease(ledger: Ledger, entry: Entry): Promise<string> {
  const released = ofKind(entry, 'HoldReleased');
  const found = await ledger.findChange(entry.accountId, released.holdId, { version: released.holdVersion });
  if (found === null) throw new Error(`hold ${released.holdId} was released and cannot be found`);
  return releasedHoldJson(ofKind(found.recorded.entry, 'HoldPlaced'), released);
}
