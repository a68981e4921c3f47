import { Fault } from '../ledger/fault.ts';
import { SealedPast } from '../ledger/sealed-past.ts';
import type { Problem } from './problem.ts';
import { RefusedRequest } from './problem.ts';
import { faultProblem, timedOutProblem } from './rejection-problem.ts';
import { formatTime } from './render/time.ts';

/**
 * The problem that an error of any kind comes to. Texts of errors that are not Scrip's own are never shown: Fastify
 * repeats the address in some, and a key can stand there.
 */
export function errorProblem(error: unknown): Problem {
  if (error instanceof RefusedRequest) return error.problem;
  if (error instanceof Fault) return faultProblem(error);
  if (error instanceof SealedPast)
    return {
      code: 'sealed',
      detail: 'The entries that would tell have been sealed: they are in the sealed file, and not here.',
      members: { knownFrom: formatTime(error.knownFromMs) },
    };
  const { code, statusCode } = (error ?? {}) as { code?: unknown; statusCode?: unknown };
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return {
        code: 'body-too-large',
        detail: 'Send less at once: 64 kB, 1 MB of a rate card or a quote, 8 MB in bulk.',
      };
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return unsupportedType();
    case 'FST_ERR_BAD_URL':
      return {
        code: 'bad-url',
        detail: 'The path has a percent sign that does not start an encoded character.',
      };
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return { code: 'url-too-long', detail: 'An id in the path is at most 255 characters long.' };
    case 'FST_ERR_HANDLER_TIMEOUT':
      return timedOutProblem();
    default:
      return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
        ? { code: 'bad-request', detail: 'The request broke off or does not keep to what its headers say.' }
        : { code: 'internal', detail: 'The log of the server says more, under the id of this reply.' };
  }
}

export function unsupportedType(): Problem {
  return {
    code: 'unsupported-media-type',
    detail: 'Send "Content-Type: application/json" (in bulk also application/x-ndjson).',
  };
}
