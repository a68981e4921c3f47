import { countNumber, elementsOf, type JsonValue, memberOf, textOf } from '../json.ts';
import { rateLimitHeaders, readRateLimitHeaders, retryAfterHeader } from '../rate-limit-headers.ts';
import {
  invalidRequestStatus,
  type Problem,
  type Refusal,
  refusalCodeOfStatus,
  type VendorRefusal,
} from '../refusal.ts';
import type { ReceivedReply, Reply } from '../reply.ts';
import { bodyReply } from './encode.ts';
import { type Texts, texts } from './texts.ts';
import { errorCodes, type Format, formatParameter, type Language } from './wire.ts';

/**
 * The vendor's answer to a refused request. The HTTP statuses, 429's code on this route and the texts beyond
 * code 10 are our choice in the platform's spirit; so is that a closed account's key is an unknown key, and
 * that a conflict's own message is shown as it is in both languages.
 */
export function encodeRefusal(
  refusal: Refusal,
  options: { language?: Language | undefined; format?: Format | undefined } = {},
): Reply {
  const text = texts[options.language ?? 'fr'];
  const format = options.format ?? 'json';
  const plain = (status: number, message: string, headers: Record<string, string> = {}): Reply =>
    coded({ status, code: status, message, format, headers });
  switch (refusal.code) {
    case 'credential-missing':
    case 'credential-unknown':
    case 'account-closed':
      return coded({ status: 401, code: errorCodes.credential, message: text.credential, format });
    case 'credential-conflicting': {
      const error = { elementId: elementIdOf(['apiKey']), message: text.conflictingCredential };
      return validation(400, [error], format);
    }
    case 'forbidden':
      return plain(403, text.forbidden);
    case 'not-found':
      return plain(404, text.notFound);
    case 'method-not-allowed':
      return plain(405, text.methodNotAllowed, { allow: refusal.allow.join(', ') });
    case 'bad-url':
      return plain(400, text.badUrl);
    case 'bad-request':
      return plain(refusal.status, text.invalidRequest);
    case 'invalid-request':
      return invalidRequest(refusal, text, format);
    case 'insufficient-credits':
      return coded({ status: 402, code: errorCodes.credits, message: text.credits, format });
    case 'rate-limited':
      return plain(429, text.rateLimited, rateLimitHeaders(refusal));
    case 'conflict':
      return plain(refusal.status, refusal.message);
    case 'internal':
      return plain(500, text.internal);
    case 'unavailable':
      return plain(503, text.unavailable, retryAfterHeader(refusal.retryAfterSeconds));
  }
}

type InvalidRequest = Extract<Refusal, { code: 'invalid-request' }>;

function invalidRequest(refusal: InvalidRequest, text: Texts, format: Format): Reply {
  const status = invalidRequestStatus(refusal, 400);
  if (refusal.problems.length === 0) {
    return coded({ status, code: errorCodes.validation, message: text.invalidRequest, format });
  }
  const errors = refusal.problems.map((problem) => ({
    elementId: elementIdOf(problem.path),
    message: messageOf(problem, refusal.status, text),
  }));
  return validation(status, errors, format);
}

function messageOf(problem: Problem, status: InvalidRequest['status'], text: Texts): string {
  if (problem.in === 'query' && problem.path[0] === formatParameter) return text.unknownFormat;
  // What is wrong with a request as a whole is known by its status; values have words of their own.
  if (problem.path.length === 0 && status !== 422) return status === 414 ? text.badUrl : text.invalidRequest;
  return problem.type === 'missing' ? text.missing : problem.message;
}

/** The platform names a field by its place in a form: `children[lines].children[0].data`. */
function elementIdOf(path: readonly (string | number)[]): string {
  return [...path.map((part) => `children[${part}]`), 'data'].join('.');
}

interface CodedError {
  status: number;
  code: number;
  message: string;
  format: Format;
  headers?: Record<string, string>;
}

function coded({ status, code, message, format, headers }: CodedError): Reply {
  return bodyReply(status, { success: false, code: countNumber(code), message }, format, headers);
}

function validation(status: number, errors: { elementId: string; message: string }[], format: Format): Reply {
  return bodyReply(status, { success: false, code: countNumber(errorCodes.validation), errors }, format);
}

/**
 * Reads a refusal by its code, whatever the HTTP status, and by the status alone where there is no such body.
 * Some replies have `error` for `errors`; the voice product says `NOT_CREDIT` for code 11.
 */
export function decodeRefusal(reply: ReceivedReply, body: JsonValue | undefined): VendorRefusal {
  const vendorCode = textOf(memberOf(body, 'code'));
  const errors = [...elementsOf(memberOf(body, 'errors')), ...elementsOf(memberOf(body, 'error'))];
  const problems = errors.map(problemOf);
  const message = textOf(memberOf(body, 'message')) ?? textOf(memberOf(body, 'error'));
  return {
    code: refusalCodeOf(vendorCode, reply.status),
    status: reply.status,
    message: message ?? problems[0]?.message ?? null,
    ...(vendorCode === null ? {} : { vendorCode }),
    ...(problems.length === 0 ? {} : { problems }),
    ...readRateLimitHeaders(reply.headers),
  };
}

function refusalCodeOf(vendorCode: string | null, status: number): VendorRefusal['code'] {
  switch (vendorCode) {
    case String(errorCodes.validation):
      return 'invalid-request';
    case String(errorCodes.credential):
      return 'credential-unknown';
    case String(errorCodes.credits):
    case 'NOT_CREDIT':
      return 'insufficient-credits';
    default: {
      // The platform's other codes are HTTP statuses, such as 429.
      const coded = Number(vendorCode ?? 0);
      return refusalCodeOfStatus(coded >= 400 && coded < 600 ? coded : status);
    }
  }
}

function problemOf(error: JsonValue): Problem {
  const elementId = textOf(memberOf(error, 'elementId')) ?? '';
  const path = [...elementId.matchAll(/children\[([^[\]]*)\]/g)].map(([, part = '']) =>
    /^\d{1,9}$/.test(part) ? Number(part) : part,
  );
  const message = textOf(memberOf(error, 'message')) ?? textOf(error) ?? '';
  return { in: 'body', path, message, type: 'invalid' };
}
