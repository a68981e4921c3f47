import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import { dialectRefusal } from './dialect-refusal.ts';
import type { Problem } from './problem.ts';
import { PROBLEM_TYPE, problemMembers, RefusedRequest, statusOf } from './problem.ts';
import { spendDialectOf } from './spend-dialect.ts';
import type { UnderWay } from './under-way.ts';
import { vendorOf } from './vendor/vendor-of.ts';
import { vendorRefusal } from './vendor/vendor-refusal.ts';

/** What a client still sends would take the answer away if its connection ended at once, and hold it for ever if not at all. */
const LINGER_MS = 1000;

/**
 * Answers what is not HTTP that can be read, or does not arrive in time. A request whose head has come is refused as its
 * route refuses any other; else the words are those of the vendor whose path is asked for, where that can be told. Where
 * a request before it on the connection is not answered yet, its caller would take the refusal for its answer, and may be
 * making a change: the connection ends without one. So it does where the request that cannot be read to its end has been
 * answered, as one without a key is before its body: its caller would take the refusal for the next one's.
 */
export function answerClientError(
  error: ConnectionError,
  socket: Socket,
  underWay: Pick<UnderWay, 'isOn' | 'isAnswered' | 'arrivingOn'>,
): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const arriving = underWay.arrivingOn(socket);
  if (socket.writable && arriving !== null) {
    arriving.header('connection', 'close').send(new RefusedRequest(clientProblem(error.code, '')));
    return;
  }
  if (!socket.writable || underWay.isOn(socket) || underWay.isAnswered(socket)) {
    socket.destroy(error);
    return;
  }
  const { status, headers, body } = clientErrorReply(error);
  const lines = Object.entries({
    ...headers,
    connection: 'close',
    'content-length': `${Buffer.byteLength(body)}`,
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head}\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function clientErrorReply(error: ConnectionError): {
  status: number;
  headers: Record<string, string>;
  body: string;
} {
  const line = firstLine(error);
  const problem = clientProblem(error.code, line);
  const [, method = '', url = ''] = /^([A-Z]+) (\S+)/.exec(line) ?? [];
  const vendor = spendDialectOf({ method, url }) ?? vendorOf(url);
  if (vendor !== null) return vendorRefusal(vendor, dialectRefusal(problem), { url, headers: {} });
  return {
    status: statusOf(problem),
    headers: { 'content-type': PROBLEM_TYPE },
    body: JSON.stringify(problemMembers(problem)),
  };
}

function clientProblem(code: string, line: string): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request-timeout', detail: 'Send the whole request within 30 seconds.' };
    case 'HPE_HEADER_OVERFLOW':
      return ADDRESS_WITHOUT_END.test(line.slice(0, HEAD_LIMIT))
        ? { code: 'url-too-long', detail: 'Send an address of less than 16 kB.' }
        : { code: 'headers-too-large', detail: 'Send headers of less than 16 kB in all.' };
    case 'HPE_INVALID_URL':
      return { code: 'bad-url', detail: 'The address holds characters that must be percent-encoded.' };
    default:
      return { code: 'bad-request', detail: 'Send a request of HTTP/1.1.' };
  }
}

/** Node's limit of a head, in bytes. */
const HEAD_LIMIT = 16 * 1024;
/** The first line had not ended where the limit was reached. */
const ADDRESS_WITHOUT_END = /^[A-Z]+ \S{8192,}$/;

/** What had arrived can hold a key: it is looked at here, and never shown. */
function firstLine(error: ConnectionError): string {
  const packet = error.rawPacket as unknown;
  return packet instanceof Buffer ? (packet.toString('latin1').split('\r\n', 1)[0] ?? '') : '';
}
