import { dialects, type DialectName } from '@scrip/dialects';
import { AuthenticationError, type ClientError } from '../client-error.ts';
import { isOfScrip } from '../scrip-call.ts';

/** A whole reply to the customer, instead of the work. Header names are lower-case. */
export interface RefusalReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What of Scrip's reply is for the customer: the rest speaks of the connection between Scrip and this server. */
const PASSED_ON = /^(?:content-type|retry-after|ratelimit|ratelimit-policy|x-ratelimit-.*)$/;

/**
 * Scrip's own refusal, to be passed on as it is; null where Scrip has not answered, or something else has, or where it
 * refused this server's own key, which is not the customer's.
 */
export function passOn(error: ClientError): RefusalReply | null {
  const { reply, code } = error;
  if (code === 'not-scrip' || error instanceof AuthenticationError) return null;
  if (reply === null || reply.status < 400 || !isOfScrip(reply)) return null;
  const headers = Object.entries(reply.headers).filter(([name]) => PASSED_ON.test(name));
  return {
    status: reply.status,
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: reply.body,
  };
}

/** Nobody is there to decide. */
export function unavailableReply(dialect: DialectName | undefined): RefusalReply {
  if (dialect !== undefined)
    return dialects[dialect].encodeRefusal({ code: 'unavailable', retryAfterSeconds: 1 });
  const detail = 'Credits cannot be checked now. Nothing was done; send the request again later.';
  return problemReply(
    { title: 'Service Unavailable', status: 503, code: 'metering-unavailable', detail },
    { 'retry-after': '1' },
  );
}

/** The request does not say whose credits it is to use. */
export function unidentifiedReply(dialect: DialectName | undefined): RefusalReply {
  if (dialect !== undefined) return dialects[dialect].encodeRefusal({ code: 'credential-missing' });
  const detail = 'The request has no key that names an account.';
  return problemReply({ title: 'Unauthorized', status: 401, code: 'account-unidentified', detail });
}

function problemReply(
  problem: { title: string; status: number; code: string; detail: string },
  headers: Record<string, string> = {},
): RefusalReply {
  return {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify({ type: 'about:blank', ...problem }),
  };
}
