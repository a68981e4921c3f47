import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { OPERATOR_STREAM } from '../../core/account.ts';
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
import { newOperatorKey, operatorKeyBody, operatorKeyList } from '../schemas/key.ts';
import type { OperatorKeyBody } from '../schemas/key.ts';
import { noContent, routeSchema } from '../schemas/route-schema.ts';
import { pageQuery, strictObject } from '../schemas/values.ts';

const TAG = 'Operator keys';

/** The operator's own keys, each with a role. */
export function registerOperatorKeys(app: FastifyInstance, { deps, authorise }: RouteContext): void {
  const { ledger } = deps;
  app.post<{ Body: OperatorKeyBody }>(
    '/operator-keys',
    {
      onRequest: authorise({ role: 'admin' }),
      schema: routeSchema(
        { summary: "Add a key of the operator's", tag: TAG },
        { body: operatorKeyBody, idempotent: true, reply: { 201: newOperatorKey } },
      ),
    },
    async (request, reply) => {
      const { name = null, role, secret } = request.body;
      const issues: Issue[] = [];
      checkText(name, '/name', issues);
      refuseIssues(issues);
      return answerNewKey({ request, reply, deps }, { accountId: OPERATOR_STREAM, name, role, secret });
    },
  );
  app.get<{ Querystring: PageQuery }>(
    '/operator-keys',
    {
      onRequest: authorise({ role: 'read' }),
      schema: routeSchema(
        { summary: "List the operator's keys", tag: TAG },
        { query: strictObject(pageQuery), reply: { 200: operatorKeyList } },
      ),
    },
    async (request, reply) => {
      const state = await ledger.account(OPERATOR_STREAM);
      const { keys, next } = pageOfKeys(state?.keys ?? [], request.query);
      const rendered = keys.map(async (key) => ({
        id: key.id,
        name: await ledger.keyName(OPERATOR_STREAM, key),
        role: key.role,
        createdAt: formatTime(key.createdAtMs),
      }));
      return sendJson(reply, 200, pageJson(await Promise.all(rendered), next));
    },
  );
  app.delete<{ Params: { keyId: string } }>(
    '/operator-keys/:keyId',
    {
      onRequest: authorise({ role: 'admin' }),
      schema: routeSchema(
        { summary: "Revoke a key of the operator's", description: 'The last admin key stays.', tag: TAG },
        { params: { keyId: Type.String() }, reply: { 204: noContent } },
      ),
    },
    async (request, reply) =>
      answerRevocation(
        { request, reply, ledger },
        { accountId: OPERATOR_STREAM, keyId: request.params.keyId },
      ),
  );
}
