import type { ProblemRow } from './fault-problem-table.ts';
import { faultProblems } from './fault-problem-table.ts';

/**
 * Every problem that Scrip's own API answers with: its code, its status, what it means and what to do about it.
 * `npm run docs` writes docs/errors.md from it.
 */
export const problems = {
  'malformed-json': {
    status: 400,
    title: 'The body is not JSON',
    remedy: 'Send JSON in UTF-8, without a byte order mark.',
  },
  'nested-too-deeply': {
    status: 400,
    title: 'The body nests too deeply',
    remedy: 'Send a body of at most 32 levels.',
  },
  'bad-url': {
    status: 400,
    title: 'The address cannot be read',
    remedy: 'Percent-encode what is no letter or digit, and send no other percent signs.',
  },
  'bad-request': {
    status: 400,
    title: 'The request is not HTTP that can be read',
    remedy: 'Send a whole request of HTTP/1.1, as long as its headers say.',
  },
  'too-many-waiting': {
    status: 400,
    title: 'Too many requests wait on this connection',
    remedy: 'Read the replies before more is sent on the same connection.',
  },
  'credential-missing': {
    status: 401,
    title: 'No key was sent',
    remedy: 'Send `Authorization: Bearer KEY`.',
  },
  'credential-unknown': {
    status: 401,
    title: 'The key is not known',
    remedy: 'Check the key, and whether it was revoked or its account closed.',
  },
  'credential-repeated': {
    status: 401,
    title: 'The key was sent more than once',
    remedy: 'Send the `Authorization` header once.',
  },
  'insufficient-credits': {
    status: 402,
    title: 'Not enough credits',
    remedy: 'Top up, or wait for open holds where `reason` is `holds`; then send the same id again.',
  },
  forbidden: {
    status: 403,
    title: 'The key may not do this',
    remedy: 'Use an operator key; where `detail` names a role, one of that role.',
  },
  'not-found': {
    status: 404,
    title: 'There is nothing here',
    remedy: 'Check the path against `/openapi.json`.',
  },
  'account-not-found': {
    status: 404,
    title: 'There is no such account',
    remedy: "Check the account's id, or open the account. An account's own key sees that account only.",
  },
  'grant-not-found': {
    status: 404,
    title: 'There is no such grant',
    remedy: 'Check the id of the grant and of the account.',
  },
  'debit-not-found': {
    status: 404,
    title: 'There is no such debit',
    remedy: 'Check the id of the debit and of the account.',
  },
  'hold-not-found': {
    status: 404,
    title: 'There is no such hold',
    remedy: 'Check the id of the hold and of the account.',
  },
  'key-not-found': {
    status: 404,
    title: 'There is no such key',
    remedy: "Check the key's id: it may have been revoked already.",
  },
  'rate-card-not-found': {
    status: 404,
    title: 'There is no such version of the rate card',
    remedy: 'Use a version from 1 up to the one that `GET /scrip/v1/rate-card` shows.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed here',
    remedy: 'Use a method of the `Allow` header.',
  },
  'request-timeout': {
    status: 408,
    title: 'The request took too long to arrive',
    remedy: 'Send the whole request within 30 seconds.',
  },
  'account-exists': {
    status: 409,
    title: 'The account exists already',
    remedy: 'Choose another id, or use the account that has it.',
  },
  'account-closed': {
    status: 409,
    title: 'The account is closed',
    remedy:
      'Nothing: a closed account stays closed. Its holds can still be resolved and its debits refunded.',
  },
  'overdraft-in-use': {
    status: 409,
    title: 'The overdraft is in use',
    remedy: 'Grant credits first, which repay the overdraft, or set a limit of at least `used`.',
  },
  'grant-used-up': {
    status: 409,
    title: 'Nothing of the grant is left',
    remedy: 'Nothing: there is nothing left to void.',
  },
  'grant-voided': {
    status: 409,
    title: 'The grant has been voided already',
    remedy: 'Nothing: the grant is void.',
  },
  'refund-exceeds-debit': {
    status: 409,
    title: 'The refund is more than is left of the debit',
    remedy: 'Refund at most `refundable`.',
  },
  'hold-resolved': {
    status: 409,
    title: 'The hold has been resolved already',
    remedy: 'Nothing: `resolution` says what became of it. To get a first reply again, send its own id.',
  },
  'hold-expired': {
    status: 409,
    title: 'The hold has passed its deadline',
    remedy: 'Debit the credits, or place a new hold, with a longer `ttlSeconds` if need be.',
  },
  'capture-exceeds-hold': {
    status: 409,
    title: 'The capture is more than the hold',
    remedy: 'Capture at most `hold`, or send `"allowExcess": true`.',
  },
  'key-in-use': {
    status: 409,
    title: 'The key is in use already',
    remedy: 'Revoke the key where it is, or use another one.',
  },
  'last-admin-key': {
    status: 409,
    title: 'This is the last admin key',
    remedy: 'Make another admin key first.',
  },
  'pool-removed': {
    status: 409,
    title: 'A pool cannot be removed',
    remedy: 'List every pool that there is.',
  },
  'pool-coarser': {
    status: 409,
    title: 'A pool cannot lose decimals',
    remedy: "Keep the pool's decimals, or raise them.",
  },
  sealed: {
    status: 410,
    title: 'What was then is sealed',
    remedy: 'Ask for a time from `knownFrom` on; the sealed file has what was before.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    remedy: 'Send at most 64 kB; 1 MB of a rate card or a quote, 8 MB in bulk.',
  },
  'too-many-lines': {
    status: 413,
    title: 'There are too many lines',
    remedy: 'Send at most 10,000 lines a request.',
  },
  'url-too-long': {
    status: 414,
    title: 'The address is too long',
    remedy: 'Send ids of at most 255 characters, and addresses of less than 16 kB.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The type or coding of the body is not read',
    remedy:
      'Send `Content-Type: application/json`, or in bulk `application/x-ndjson`; no `Content-Encoding`.',
  },
  'invalid-request': {
    status: 422,
    title: 'The request has wrong values',
    remedy:
      'Correct what `errors` lists; each names its place: a JSON pointer in the body, or `?` and a parameter.',
  },
  'idempotency-mismatch': {
    status: 422,
    title: 'The id was used for another command',
    remedy: 'Send the same command with this id, or a new id with this command.',
  },
  'idempotency-key-invalid': {
    status: 422,
    title: 'The Idempotency-Key cannot be used',
    remedy: 'Send one key of 1 to 255 printable ASCII characters, bare or quoted.',
  },
  'account-id-needed': {
    status: 422,
    title: 'The account needs an id',
    remedy: 'Send an `id` for the account, so that the retry finds it.',
  },
  'reserved-id': {
    status: 422,
    title: 'The id is reserved',
    remedy: 'Choose another id.',
  },
  'unknown-action': {
    status: 422,
    title: 'The rate card has no such action',
    remedy: 'Use an action of `GET /scrip/v1/rate-card`, or publish one.',
  },
  'unknown-pool': {
    status: 422,
    title: 'There is no such pool',
    remedy: 'Use a pool of `GET /scrip/v1/rate-card`, or publish one.',
  },
  'too-precise': {
    status: 422,
    title: 'The amount is finer than its pool',
    remedy: "Round the amount to the pool's `decimals`.",
  },
  'amount-too-large': {
    status: 422,
    title: 'The amount is too large',
    remedy: 'Keep amounts and balances at or below 9223372036854.775807.',
  },
  'amount-not-positive': {
    status: 422,
    title: 'The amount must be above 0',
    remedy: 'Send an amount or quantity above 0.',
  },
  'occurred-at-out-of-range': {
    status: 422,
    title: 'The usage lies too far back or ahead',
    remedy: 'Send a time from `earliest` to `latest`, or none.',
  },
  'expiry-in-the-past': {
    status: 422,
    title: 'The expiry lies in the past',
    remedy: 'Send an `expiresAt` that lies ahead, or none.',
  },
  'expiry-before-start': {
    status: 422,
    title: 'The expiry lies before the start',
    remedy: 'Send an `expiresAt` after `startsAt`.',
  },
  'quantity-needs-action': {
    status: 422,
    title: 'The hold has no action to price a quantity by',
    remedy: 'Capture an `amount`.',
  },
  'headers-too-large': {
    status: 431,
    title: 'The headers are too large',
    remedy: 'Send headers of less than 16 kB in all.',
  },
  ...faultProblems,
} as const satisfies Readonly<Record<string, ProblemRow>>;

export type ProblemCode = keyof typeof problems;
