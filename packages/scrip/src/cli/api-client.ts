import type { ScripCall, ScripOptions, ScripReply } from '@scrip/client';
import { ClientError, ConnectionError, Scrip, TimeoutError } from '@scrip/client';
import type { ApiAccess } from '../config/api-access.ts';
import { CommandFailure } from './command-failure.ts';
import { noteDone } from './guard-output.ts';
import { parseProblem, problemFailure } from './problem-failure.ts';
import { sayWhenStopped } from './say-when-stopped.ts';
import { warn } from './terminal.ts';

/**
 * A call with the members that only a reply of Scrip's has, or none where it has no body: what else listens there may say
 * yes to anything.
 */
export type ApiCall = ScripCall & Required<Pick<ScripCall, 'needs'>>;

export interface ApiClient {
  /** Throws `CommandFailure` for everything but a reply that says yes. */
  readonly call: <T>(call: ApiCall) => Promise<ScripReply<T>>;
}

/** Longer than a handler of the server may take, so that its own refusal comes first. */
const TIMEOUT_MS = 35_000;
/** Of what happens once however often it is sent, and has no id that a flag gives. */
const AS_IT_WAS = 'Run the same command again: what has happened does not happen twice.';

/** Asks a running Scrip, and says what is wrong in the words of the command line. */
export function createApiClient({
  url,
  key,
  ...options
}: ApiAccess & Pick<ScripOptions, 'timeoutMs' | 'maxRetries' | 'runtime'>): ApiClient {
  if (key === null)
    return {
      call: async () => {
        throw CommandFailure.of('key-missing', 'SCRIP_KEY is not set.');
      },
    };
  const scrip = new Scrip({ timeoutMs: TIMEOUT_MS, ...options, url, key });
  return {
    call: async <Value>(call: ApiCall) => {
      const leave = isChange(call) ? sayWhenStopped((signal) => lastWords(call, url, signal)) : () => {};
      try {
        const reply = await scrip.request<Value>(call);
        if (call.needs.length === 0 && reply.text !== '')
          throw outcomeUnknown(call, { url, why: 'it answered with something that was not asked for' });
        noteChange(call);
        return reply;
      } catch (error) {
        throw error instanceof ClientError ? commandFailure(error, call, url) : error;
      } finally {
        // Not before what came of it has been shown.
        setImmediate(leave);
      }
    },
  };
}

function commandFailure(error: ClientError, call: ScripCall, url: string): CommandFailure {
  const { code, message, status, outcome, reply } = error;
  const told = { cause: error };
  if (code === 'id-unusable') return CommandFailure.of(code, message, told);
  if (code === 'id-invalid')
    return CommandFailure.of(code, '--id must be 1 to 255 printable ASCII characters.', told);
  const problem = reply === null ? null : parseProblem(reply.body);
  const isNoAnswer = error instanceof ConnectionError || error instanceof TimeoutError;
  if (outcome === 'unknown' && !tellsOfItself(problem))
    return outcomeUnknown(call, { url, why: describeCause(error), cause: error });
  if (problem !== null)
    return problemFailure(problem, reply?.body ?? '', { ...told, isOfFile: call.path[0] === 'rate-card' });
  if (code === 'redirected') return CommandFailure.of('server-redirects', message, told);
  if (code === 'unreachable')
    return CommandFailure.of(code, `No server answers at ${url} (${describeCause(error)}).`, told);
  if (isNoAnswer)
    return CommandFailure.of('no-answer', `${url} did not answer (${describeCause(error)}).`, {
      ...told,
      ...(speaksWithoutTls(error) ? { hint: plainAddress(url) } : {}),
    });
  return CommandFailure.of(
    'not-scrip',
    `${url} answered with status ${status}, and not as Scrip does.`,
    told,
  );
}

/** A server that knows of its own fault says so; a 503 stands for the reply that would have told, a refusal for another try. */
function tellsOfItself(problem: { readonly status: number } | null): boolean {
  return problem !== null && problem.status >= 500 && problem.status !== 503;
}

function isChange({ method, effect }: ScripCall): boolean {
  return method !== 'GET' && effect !== 'none';
}

function lastWords(call: ScripCall, url: string, signal: NodeJS.Signals): string {
  const { message, hint } = outcomeUnknown(call, { url, why: signal });
  return `${warn('scrip:')} ${message}\n${hint}`;
}

/** For whoever cannot see what the reply says of a change. */
function noteChange(call: ScripCall): void {
  const { id, effect } = call;
  if (!isChange(call)) return;
  if (effect === 'once') noteDone('What was sent has been answered', AS_IT_WAS);
  else if (id === undefined) noteDone('The change was made', null);
  else
    noteDone(
      'The change was made',
      `The same command with --id ${shellWord(id)} shows it; without this id it would be made once more.`,
    );
}

function outcomeUnknown(
  { id, effect }: ScripCall,
  { url, why, cause }: { url: string; why: string; cause?: ClientError },
): CommandFailure {
  const withoutId =
    effect === 'once' ? AS_IT_WAS : 'Look whether it has happened before you run the command again.';
  const hint =
    id === undefined || effect === 'once'
      ? withoutId
      : `Run the same command again with --id ${shellWord(id)} to find out: it happens once at most.`;
  return CommandFailure.of(
    'outcome-unknown',
    `${url} did not tell (${why}): the change may have happened, or not.`,
    { hint: speaksWithoutTls(cause) ? `${plainAddress(url)}\n${hint}` : hint, cause },
  );
}

/** Trying again does not help where the other side answers a handshake in plain text. */
function speaksWithoutTls(error: ClientError | undefined): boolean {
  return causeCode(error) === 'ERR_SSL_WRONG_VERSION_NUMBER';
}

function plainAddress(url: string): string {
  return `Set SCRIP_URL to ${url.replace(/^https:/, 'http:')}: what listens there does not speak https.`;
}

/** A word that a shell reads as one, so that a line of advice can be pasted. */
function shellWord(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function describeCause(error: ClientError): string {
  if (error instanceof TimeoutError) return 'time-out';
  if (error.status !== null) return `status ${error.status}`;
  const code = causeCode(error);
  return code === '' || code.startsWith('UND_ERR_') ? 'the connection broke' : code;
}

function causeCode(error: ClientError | undefined): string {
  const { code = '' } = (error?.cause ?? {}) as { code?: string };
  return code;
}
