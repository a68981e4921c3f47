import type { DialectName } from '@scrip/dialects';
import { dialectNames, voicepartner } from '@scrip/dialects';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invalidRequest, RefusedRequest } from './problem.ts';
import { readIdempotencyKey } from './request-headers.ts';
import type { RouteContext } from './route-context.ts';
import { splitTarget } from './vendor/request-target.ts';
import { sendVendorReply, vendorRefusal } from './vendor/vendor-refusal.ts';

/**
 * The first hook of a spend: from here on, each of its refusals is put into the words of the vendor that `?dialect=`
 * names. Stands before the check of the key, so that a refused key is told in those words too.
 */
export async function answerSpendsInDialect(request: FastifyRequest): Promise<void> {
  const { dialect, [voicepartner.formatParameter]: format } = request.query as Record<string, unknown>;
  if (dialect !== undefined && !isDialectName(dialect))
    throw refusedParameter('dialect', `must be one of ${dialectNames.join(', ')}, once.`);
  if (dialect !== undefined) request.dialect = dialect;
  if (format !== undefined && dialect !== 'voicepartner')
    throw refusedParameter(voicepartner.formatParameter, 'goes with dialect=voicepartner only.');
}

function refusedParameter(name: string, detail: string): RefusedRequest {
  return new RefusedRequest(invalidRequest([{ pointer: `?${name}`, detail }]));
}

const SPEND = /^\/scrip\/v1\/accounts\/[^/]*\/(?:debits|holds)$/;

/** The dialect that the address of a spend names, for a request that did not come as far as its route. */
export function spendDialectOf({
  method,
  url,
}: {
  readonly method: string;
  readonly url: string;
}): DialectName | null {
  if (method !== 'POST') return null;
  const { path, query } = splitTarget(url);
  if (!SPEND.test(path)) return null;
  const [dialect, ...more] = new URLSearchParams(query).getAll('dialect');
  return isDialectName(dialect) && more.length === 0 ? dialect : null;
}

/**
 * The last hook of a spend: one in Ocean.io's dialect counts on the account's day, whatever comes of it. A spend that
 * was made before is answered with its first outcome also when the day is used up.
 */
export function countOceanSpends({ limits, deps: { ledger } }: Pick<RouteContext, 'limits' | 'deps'>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    if (request.dialect !== 'ocean') return undefined;
    const { accountId } = request.params as { accountId: string };
    const refusal = await limits.admitOceanSpend(accountId);
    if (refusal === null) return undefined;
    const id = readIdempotencyKey(request);
    if (id !== null && (await ledger.findChange(accountId, id)) !== null) return undefined;
    return sendVendorReply(reply, vendorRefusal('ocean', refusal, request));
  };
}

function isDialectName(value: unknown): value is DialectName {
  return dialectNames.some((name) => name === value);
}
