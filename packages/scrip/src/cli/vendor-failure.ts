import {
  AuthenticationError,
  type ClientError,
  ConfigurationError,
  ConnectionError,
  DecodeError,
  NotFoundError,
  RateLimitError,
  RedirectError,
  ServerError,
  TimeoutError,
} from '@scrip/client';
import { CommandFailure } from './command-failure.ts';
import type { FailureCode } from './failure-table.ts';
import { inOneLine } from './terminal.ts';

/** The failure that an error of a vendor's client comes to. No key stands in either. */
export function vendorFailure(error: ClientError): CommandFailure {
  const code = codeOf(error);
  const message = inOneLine(messageOf(error, code));
  const { retryable, retryAfterSeconds } = error;
  // Time mends no key, whatever the vendor says of it.
  if (!retryable || retryAfterSeconds === null) return CommandFailure.of(code, message, { cause: error });
  return CommandFailure.of(code, message, {
    cause: error,
    hint: `Try again in ${retryAfterSeconds} seconds.`,
  });
}

/** The client's words, which speak of its options where a command has flags. */
function messageOf({ message }: ClientError, code: FailureCode): string {
  if (code === 'vendor-no-answer') return `No whole reply: ${message}`;
  if (code === 'vendor-key-missing') return message.replace('give one, or set', 'set');
  return code === 'usage-range-invalid'
    ? '--start and --end must be days, written YYYY-MM-DD, and --end not before --start.'
    : message;
}

function codeOf(error: ClientError): FailureCode {
  if (error instanceof ConfigurationError) return configurationCode(error);
  if (error instanceof AuthenticationError) return 'vendor-key-refused';
  if (error instanceof RateLimitError) return 'vendor-limited';
  if (error instanceof ConnectionError && error.code === 'unreachable') return 'vendor-unreachable';
  if (error instanceof ConnectionError || error instanceof TimeoutError) return 'vendor-no-answer';
  if (error instanceof ServerError) return 'vendor-fault';
  if (error instanceof DecodeError) return 'vendor-reply-odd';
  if (error instanceof RedirectError) return 'vendor-redirects';
  return error instanceof NotFoundError ? 'vendor-not-found' : 'vendor-refused';
}

function configurationCode({ code }: ConfigurationError): FailureCode {
  if (code === 'range-invalid') return 'usage-range-invalid';
  if (code === 'key-missing') return 'vendor-key-missing';
  return code === 'key-invalid' ? 'vendor-key-invalid' : 'vendor-url-invalid';
}
