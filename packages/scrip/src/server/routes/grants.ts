import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { accountNotFound } from '../auth.ts';
import { answerChange, changeOrigin, ofKind } from '../answer-change.ts';
import { waitInLine } from '../in-line.ts';
import type { PageQuery } from '../page.ts';
import { decodeVersionCursor, DEFAULT_LIMIT, versionPageJson } from '../page.ts';
import { readGrant } from '../read/grant.ts';
import { renderGrant, renderListedGrant, renderVoid } from '../render/grant.ts';
import { sendJson } from '../reply.ts';
import type { RouteContext } from '../route-context.ts';
import { grant, grantBody, grantList, voidedGrant } from '../schemas/grant.ts';
import type { GrantBody } from '../schemas/grant.ts';
import { routeSchema } from '../schemas/route-schema.ts';
import { nothingInput, pageQuery, strictObject } from '../schemas/values.ts';

const TAG = 'Grants';
const params = { accountId: Type.String() };

interface Params {
  Params: { accountId: string };
}

export function registerGrants(app: FastifyInstance, context: RouteContext): void {
  registerGranting(app, context);
  registerGrantList(app, context);
  registerVoiding(app, context);
}

function registerGranting(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.post<Params & { Body: GrantBody }>(
    '/accounts/:accountId/grants',
    {
      onRequest: authorise({ role: 'admin' }),
      schema: routeSchema(
        {
          summary: 'Grant credits',
          description:
            'Once, or every period. A start that lies ahead gives nothing yet; one in the past, its current period.',
          tag: TAG,
        },
        { params, body: grantBody, idempotent: true, reply: { 201: grant } },
      ),
    },
    async (request, reply) =>
      answerChange(
        { request, reply, ledger },
        {
          accountId: request.params.accountId,
          command: readGrant(request.body),
          ...(request.body.note === undefined ? {} : { note: request.body.note }),
          ...changeOrigin(request, ledger),
        },
        {
          status: 201,
          render: (entry, personal) => JSON.stringify(renderGrant(ofKind(entry, 'CreditsGranted'), personal)),
        },
      ),
  );
}

function registerGrantList(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.get<Params & { Querystring: PageQuery }>(
    '/accounts/:accountId/grants',
    {
      onRequest: [authorise({ role: 'read' }), waitInLine],
      schema: routeSchema(
        { summary: 'List grants with what remains of each', tag: TAG },
        { params, query: strictObject(pageQuery), reply: { 200: grantList } },
      ),
    },
    async ({ params: { accountId }, query: { limit = DEFAULT_LIMIT, after } }, reply) => {
      const afterVersion = decodeVersionCursor('grants', after);
      const found = await ledger.entries({
        accountId,
        afterVersion,
        limit: limit + 1,
        kind: 'CreditsGranted',
      });
      // Read after the entries: a grant whose lots it does not know is used up.
      const state = await ledger.account(accountId);
      if (state === null) throw accountNotFound();
      const grants = found.map(({ entry, personal }) =>
        renderListedGrant(ofKind(entry, 'CreditsGranted'), { state, personal }),
      );
      return sendJson(reply, 200, versionPageJson('grants', grants, limit));
    },
  );
}

function registerVoiding(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.post<{ Params: { accountId: string; grantId: string } }>(
    '/accounts/:accountId/grants/:grantId/void',
    {
      onRequest: authorise({ role: 'admin' }),
      schema: routeSchema(
        {
          summary: 'Void a grant',
          description: 'Forfeits what is free of it and ends its periods; what holds own stays theirs.',
          tag: TAG,
        },
        {
          params: { ...params, grantId: Type.String() },
          body: nothingInput,
          idempotent: true,
          reply: { 200: voidedGrant },
        },
      ),
    },
    async (request, reply) =>
      answerChange(
        { request, reply, ledger },
        {
          accountId: request.params.accountId,
          command: { kind: 'VoidGrant', grantId: request.params.grantId },
          ...changeOrigin(request, ledger),
        },
        { status: 200, render: (entry) => JSON.stringify(renderVoid(ofKind(entry, 'GrantVoided'))) },
      ),
  );
}
