import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { ChangeAccount, OpenAccount } from '../../core/command.ts';
import type { Entry } from '../../core/entry.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import { accountNotFound } from '../auth.ts';
import { answerChange, changeOrigin, ofKind } from '../answer-change.ts';
import { waitInLine } from '../in-line.ts';
import type { PageQuery } from '../page.ts';
import { decodeCursor, DEFAULT_LIMIT, encodeCursor, pageJson } from '../page.ts';
import { refuseIssues, RefusedRequest } from '../problem.ts';
import { rejectionProblem } from '../rejection-problem.ts';
import type { Issue } from '../problem.ts';
import { readOverdraft } from '../read/overdraft.ts';
import { checkAccountId, checkMetadata, checkText, checkTimezone } from '../read/text.ts';
import { renderAccount, renderOpenedAccount } from '../render/account.ts';
import { sendJson } from '../reply.ts';
import { readIdempotencyKey } from '../request-headers.ts';
import type { RouteContext } from '../route-context.ts';
import { account, accountBody, accountList, accountPatch } from '../schemas/account.ts';
import type { AccountBody, AccountPatch } from '../schemas/account.ts';
import { routeSchema } from '../schemas/route-schema.ts';
import { nothingInput, pageQuery, strictObject } from '../schemas/values.ts';
import { grantTrial, TRIAL_GRANT_ID } from '../trial-grant.ts';

const TAG = 'Accounts';
const accountParams = { accountId: Type.String() };

interface AccountParams {
  Params: { accountId: string };
}

export function registerAccounts(app: FastifyInstance, context: RouteContext): void {
  registerOpening(app, context);
  registerReading(app, context);
  registerChanging(app, context);
}

function registerOpening(app: FastifyInstance, { deps, authorise }: RouteContext): void {
  const { ledger, settings } = deps;
  const schema = routeSchema(
    {
      summary: 'Open an account',
      description: 'With an Idempotency-Key the account needs an `id`.',
      tag: TAG,
    },
    { body: accountBody, idempotent: true, reply: { 201: account } },
  );
  app.post<{ Body: AccountBody }>(
    '/accounts',
    { onRequest: authorise({ role: 'admin' }), schema },
    async (request, reply) => {
      const { body } = request;
      const command = readOpening(body);
      if (body.id === undefined && readIdempotencyKey(request) !== null)
        throw new RefusedRequest({
          code: 'account-id-needed',
          detail:
            'With an Idempotency-Key, send the id of the account too: a retry could not find it otherwise.',
        });
      const accountId = body.id ?? ledger.newId();
      const origin = changeOrigin(request, ledger);
      // The opening would have the id that its own trial grant needs.
      if (settings.trialGrant !== null && origin.id === TRIAL_GRANT_ID)
        throw new RefusedRequest(rejectionProblem({ code: 'reserved-id' }));
      return answerChange(
        { request, reply, ledger },
        { accountId, command, ...origin, ...personalOf(body) },
        {
          status: 201,
          render: async (entry, kept) => {
            const opened = ofKind(entry, 'AccountOpened');
            if (settings.trialGrant !== null) await grantTrial(ledger, opened, settings.trialGrant);
            return JSON.stringify(renderOpenedAccount(opened, kept));
          },
        },
      );
    },
  );
}

function readOpening(body: AccountBody): OpenAccount {
  const issues: Issue[] = [];
  if (body.id !== undefined) checkAccountId(body.id, '/id', issues);
  return { kind: 'OpenAccount', timezone: body.timezone ?? 'UTC', ...readTerms(body, issues) };
}

function readChange(body: AccountPatch): ChangeAccount {
  return { kind: 'ChangeAccount', timezone: body.timezone ?? null, ...readTerms(body, []) };
}

/** `issues`: what is wrong with the rest of the body. */
function readTerms(body: AccountPatch, issues: Issue[]) {
  checkText(body.name, '/name', issues);
  checkTimezone(body.timezone, '/timezone', issues);
  checkMetadata(body.metadata, '/metadata', issues);
  const overdraft = readOverdraft(body.overdraft, issues);
  refuseIssues(issues);
  return { overdraft, setsName: body.name !== undefined, setsMetadata: body.metadata !== undefined };
}

function personalOf({ name, metadata }: AccountPatch) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function registerReading(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  app.get<{ Querystring: PageQuery }>(
    '/accounts',
    {
      onRequest: [authorise({ role: 'read' }), waitInLine],
      schema: routeSchema(
        { summary: 'List accounts', tag: TAG },
        { query: strictObject(pageQuery), reply: { 200: accountList } },
      ),
    },
    async ({ query: { limit = DEFAULT_LIMIT, after } }, reply) => {
      const afterId = decodeCursor('accounts', after, /^[A-Za-z0-9._-]{1,64}$/);
      const ids = await ledger.accountIds({ after: afterId, limit: limit + 1 });
      const page = await Promise.all(ids.slice(0, limit).map((id) => accountJson(ledger, id)));
      const last = ids.length > limit ? ids[limit - 1] : undefined;
      return sendJson(reply, 200, pageJson(page, last === undefined ? null : encodeCursor('accounts', last)));
    },
  );
  app.get<AccountParams>(
    '/accounts/:accountId',
    {
      onRequest: authorise({ role: 'read' }),
      schema: routeSchema(
        { summary: 'Read an account', tag: TAG },
        { params: accountParams, reply: { 200: account } },
      ),
    },
    async ({ params }, reply) =>
      sendJson(reply, 200, JSON.stringify(await accountJson(ledger, params.accountId))),
  );
}

async function accountJson(ledger: Ledger, accountId: string) {
  const state = await ledger.account(accountId);
  if (state === null) throw accountNotFound();
  return renderAccount(state, await ledger.profile(state));
}

function registerChanging(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  const parts = { params: accountParams, idempotent: true, reply: { 200: account } };
  const render = (entry: Entry) => renderAfter(ledger, entry);
  app.patch<AccountParams & { Body: AccountPatch }>(
    '/accounts/:accountId',
    {
      onRequest: authorise({ role: 'admin' }),
      schema: routeSchema(
        { summary: 'Change an account', description: 'What is not sent stays as it is.', tag: TAG },
        { ...parts, body: accountPatch },
      ),
    },
    async (request, reply) => {
      const { body } = request;
      const { accountId } = request.params;
      const command = readChange(body);
      return answerChange(
        { request, reply, ledger },
        { accountId, command, ...changeOrigin(request, ledger), ...personalOf(body) },
        { status: 200, render },
      );
    },
  );
  app.post<AccountParams>(
    '/accounts/:accountId/close',
    {
      onRequest: authorise({ role: 'admin' }),
      schema: routeSchema(
        {
          summary: 'Close an account',
          description:
            'Its keys are refused from then on, and it takes no more grants, debits or holds. Open holds can still be captured or released, and what was spent be refunded.',
          tag: TAG,
        },
        { ...parts, body: nothingInput },
      ),
    },
    async (request, reply) =>
      answerChange(
        { request, reply, ledger },
        {
          accountId: request.params.accountId,
          command: { kind: 'CloseAccount' },
          ...changeOrigin(request, ledger),
        },
        { status: 200, render },
      ),
  );
}

/** The account as it was when the change was recorded, whatever has happened to it since. */
async function renderAfter(ledger: Ledger, entry: Entry): Promise<string> {
  const state = await ledger.accountAt(entry.accountId, entry.atMs, entry.version);
  if (state === null) throw new Error(`account ${entry.accountId} has entry ${entry.version} and no state`);
  return JSON.stringify({ ...renderAccount(state, await ledger.profile(state)), version: entry.version });
}
