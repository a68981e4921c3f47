import type { Socket } from 'node:net';
import { connect } from 'node:net';

export interface HttpReply {
  readonly status: number;
  /** Made when it is asked for: most replies are only counted. */
  readonly body: () => Buffer;
}

/** A kept-alive connection with one request under way at most. */
export interface HttpConnection {
  /**
   * Sends the bytes of a whole request. One that is cut off is sent again, the same bytes, on a new connection. Rejects
   * when nothing comes for a minute, and for ever after a server has sent what nothing had asked for.
   */
  readonly send: (request: string | Buffer) => Promise<HttpReply>;
  /** Requests that were cut off and sent again. */
  readonly dropped: () => number;
  readonly close: () => void;
}

const HEAD_END = '\r\n\r\n';
const MAX_TRIES = 5;
/** Longer than any disk takes for a commit: what has not come by then will not come. */
const SILENT_MS = 60_000;

/**
 * A client that does no more than a load needs. Those that do all of HTTP cost as much as the server that is measured,
 * and on the same cores that would be measured too.
 */
export function openConnection(url: string, { silentMs = SILENT_MS } = {}): HttpConnection {
  const { hostname, port } = new URL(url);
  let dropped = 0;
  let tries = 0;
  let request: string | Buffer = '';
  let waiting: { resolve: (reply: HttpReply) => void; reject: (error: Error) => void } | null = null;
  let socket: Socket | null = null;
  let chunks: Buffer[] = [];
  let received = 0;
  let head: ReplyHead | null = null;
  let failure: Error | null = null;

  function receive(chunk: Buffer): void {
    if (waiting === null) throw new Error(`${url} sent something when nothing was asked`);
    chunks.push(chunk);
    received += chunk.length;
    head ??= readHead(chunks.length === 1 ? chunk : Buffer.concat(chunks));
    if (head === null || received < head.end + head.bodyBytes) return;
    if (received > head.end + head.bodyBytes) throw new Error(`${url} sent more than its reply`);
    const { status, end } = head;
    const whole = chunks;
    const { resolve } = waiting;
    [chunks, received, head, waiting, tries] = [[], 0, null, null, 0];
    resolve({
      status,
      body: () => (whole.length === 1 ? (whole[0] as Buffer) : Buffer.concat(whole)).subarray(end),
    });
  }

  function reconnect(error: Error): void {
    [socket, chunks, received, head] = [null, [], 0, null];
    if (waiting === null) return;
    dropped += 1;
    tries += 1;
    if (tries < MAX_TRIES) {
      transmit();
      return;
    }
    const { reject } = waiting;
    waiting = null;
    reject(new Error(`${url} does not answer: ${error.message}`));
  }

  /** Whose answer would come next is not known any more. */
  function fail(error: Error): void {
    failure = error;
    waiting?.reject(error);
    waiting = null;
    socket?.destroy();
  }

  function transmit(): void {
    if (socket === null) {
      const opened = connect({ host: hostname, port: Number(port), noDelay: true });
      let reason = new Error('it closed the connection');
      opened.on('data', (chunk: Buffer) => {
        try {
          receive(chunk);
        } catch (error) {
          fail(error as Error);
        }
      });
      opened.setTimeout(silentMs, () => {
        if (waiting !== null) fail(new Error(`${url} has sent nothing for ${silentMs / 1000} s`));
      });
      opened.on('error', (error) => (reason = error));
      opened.on('close', () => {
        if (socket === opened) reconnect(reason);
      });
      socket = opened;
    }
    socket.write(request, 'latin1');
  }

  return {
    send: (bytes) =>
      new Promise((resolve, reject) => {
        if (failure !== null) throw failure;
        if (waiting !== null) throw new Error('the connection has a request under way');
        waiting = { resolve, reject };
        request = bytes;
        transmit();
      }),
    dropped: () => dropped,
    close: () => {
      const open = socket;
      socket = null;
      open?.destroy();
    },
  };
}

interface ReplyHead {
  readonly status: number;
  /** Where the body starts. */
  readonly end: number;
  readonly bodyBytes: number;
}

/** Null while it is not there whole. */
function readHead(bytes: Buffer): ReplyHead | null {
  const end = bytes.indexOf(HEAD_END);
  if (end < 0) return null;
  const text = bytes.toString('latin1', 0, end);
  const length = /\r\ncontent-length: (\d+)/i.exec(text)?.[1];
  if (length === undefined) throw new Error(`a reply does not say how long it is:\n${text}`);
  return { status: Number(text.slice(9, 12)), end: end + HEAD_END.length, bodyBytes: Number(length) };
}
