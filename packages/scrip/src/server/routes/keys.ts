import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { accountNotFound } from '../auth.ts';
import { answerNewKey } from '../answer-new-key.ts';
import type { PageQuery } from '../page.ts';
import { pageJson, pageOfKeys } from '../page.ts';
import { refuseIssues } from '../problem.ts';
import type { Issue } from '../problem.ts';
import { checkText } from '../read/text.ts';
import { formatTime } from '../render/time.ts';
import { sendJson } from '../reply.ts';
import { answerRevocation } from '../answer-revocation.ts';
import type { RouteContext } from '../route-context.ts';
import { keyBody, keyList, newKey } from '../schemas/key.ts';
import type { KeyBody } from '../schemas/key.ts';
import { noContent, routeSchema } from '../schemas/route-schema.ts';
import { pageQuery, strictObject } from '../schemas/values.ts';

const TAG = 'Keys';
const params = { accountId: Type.String() };

interface Params {
  Params: { accountId: string };
}

/** The keys with which an account's customer reads its balance, here and in every dialect. */
export function registerKeys(app: FastifyInstance, { deps, authorise }: RouteContext): void {
  const { ledger } = deps;
  app.post<Params & { Body: KeyBody }>(
    '/accounts/:accountId/keys',
    {
      onRequest: authorise({ role: 'admin' }),
      schema: routeSchema(
        { summary: 'Add a key to an account', tag: TAG },
        { params, body: keyBody, idempotent: true, reply: { 201: newKey } },
      ),
    },
    async (request, reply) => {
      const { name = null, secret } = request.body;
      const issues: Issue[] = [];
      checkText(name, '/name', issues);
      refuseIssues(issues);
      const { accountId } = request.params;
      return answerNewKey({ request, reply, deps }, { accountId, name, role: null, secret });
    },
  );
  app.get<Params & { Querystring: PageQuery }>(
    '/accounts/:accountId/keys',
    {
      onRequest: authorise({ role: 'read' }),
      schema: routeSchema(
        { summary: "List an account's keys", tag: TAG },
        { params, query: strictObject(pageQuery), reply: { 200: keyList } },
      ),
    },
    async (request, reply) => {
      const state = await ledger.account(request.params.accountId);
      if (state === null) throw accountNotFound();
      const { keys, next } = pageOfKeys(state.keys, request.query);
      const rendered = keys.map(async (key) => ({
        id: key.id,
        name: await ledger.keyName(state.id, key),
        createdAt: formatTime(key.createdAtMs),
      }));
      return sendJson(reply, 200, pageJson(await Promise.all(rendered), next));
    },
  );
  app.delete<{ Params: { accountId: string; keyId: string } }>(
    '/accounts/:accountId/keys/:keyId',
    {
      onRequest: authorise({ role: 'admin' }),
      schema: routeSchema(
        { summary: 'Revoke a key', description: 'It is refused from the moment of the reply.', tag: TAG },
        { params: { ...params, keyId: Type.String() }, reply: { 204: noContent } },
      ),
    },
    async (request, reply) => answerRevocation({ request, reply, ledger }, request.params),
  );
}
