import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { RATE_CARD_STREAM } from '../../core/account.ts';
import type { Entry } from '../../core/entry.ts';
import type { RateCard } from '../../core/rate-card.ts';
import { LIST_LIMIT_BYTES } from '../body-parsers.ts';
import { answerChange, changeOrigin, ofKind } from '../answer-change.ts';
import { RefusedRequest } from '../problem.ts';
import { readRateCard } from '../read/rate-card.ts';
import { renderRateCard } from '../render/rate-card.ts';
import { sendJson } from '../reply.ts';
import type { RouteContext } from '../route-context.ts';
import { rateCard, rateCardBody } from '../schemas/rate-card.ts';
import type { RateCardBody } from '../schemas/rate-card.ts';
import { routeSchema } from '../schemas/route-schema.ts';

const TAG = 'Rate card';

export function registerRateCard(app: FastifyInstance, { deps: { ledger }, authorise }: RouteContext): void {
  const onRequest = authorise({ role: 'read' });
  app.get(
    '/rate-card',
    {
      onRequest,
      schema: routeSchema({ summary: 'Read the current rate card', tag: TAG }, { reply: { 200: rateCard } }),
    },
    async (_request, reply) => sendJson(reply, 200, rateCardJson((await ledger.rateCards()).at(-1))),
  );
  app.get<{ Params: { version: string } }>(
    '/rate-card/:version',
    {
      onRequest,
      schema: routeSchema(
        { summary: 'Read a version of the rate card', tag: TAG },
        { params: { version: Type.String() }, reply: { 200: rateCard } },
      ),
    },
    async ({ params }, reply) => {
      const cards = await ledger.rateCards();
      return sendJson(reply, 200, rateCardJson(cards.find((card) => `${card.version}` === params.version)));
    },
  );
  app.put<{ Body: RateCardBody }>(
    '/rate-card',
    {
      onRequest: authorise({ role: 'admin' }),
      bodyLimit: LIST_LIMIT_BYTES,
      schema: routeSchema(
        {
          summary: 'Publish a new version of the rate card',
          description:
            'Debits are priced by it from then on; open holds keep the version they were placed under.',
          tag: TAG,
        },
        { body: rateCardBody, idempotent: true, reply: { 200: rateCard } },
      ),
    },
    async (request, reply) =>
      answerChange(
        { request, reply, ledger },
        {
          accountId: RATE_CARD_STREAM,
          command: readRateCard(request.body),
          ...changeOrigin(request, ledger),
        },
        { status: 200, render: publishedJson },
      ),
  );
}

function publishedJson(entry: Entry): string {
  const {
    rateCardVersion: version,
    atMs: publishedAtMs,
    pools,
    actions,
  } = ofKind(entry, 'RateCardPublished');
  return rateCardJson({ version, publishedAtMs, pools, actions });
}

function rateCardJson(card: RateCard | undefined): string {
  if (card === undefined)
    throw new RefusedRequest({
      code: 'rate-card-not-found',
      detail: 'Read GET /scrip/v1/rate-card for the current one.',
    });
  return JSON.stringify(renderRateCard(card));
}
