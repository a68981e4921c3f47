import { extname } from 'node:path';
import { parentPort, Worker } from 'node:worker_threads';

/** What is asked of a thread; `id` 0 when no answer is waited for. */
interface Request {
  readonly id: number;
  readonly request: unknown;
}

/** What a thread answers, or says by itself (`id` 0). */
interface Message {
  readonly id: number;
  readonly reply?: unknown;
  readonly error?: { readonly message: string; readonly code: string | null };
}

/** An error that a thread's work ended with; `code` says at which step, where the thread knows. */
export class ThreadError extends Error {
  readonly code: string | null;

  constructor(message: string, code: string | null) {
    super(message);
    this.name = 'ThreadError';
    this.code = code;
  }
}

export interface Thread {
  /** Rejects with `ThreadError`. */
  readonly ask: <T>(request: unknown) => Promise<T>;
  readonly tell: (request: unknown) => void;
  readonly end: () => Promise<void>;
}

export interface ThreadOptions {
  /** The thread's file, beside the caller's, without its ending. */
  readonly name: string;
  readonly data: unknown;
  /**
   * Requests of one turn of the event loop cross together, as do their replies: each crossing wakes a thread, which costs
   * more than most of them.
   */
  readonly gathers?: boolean;
  /** It lives as long as the store, and must not keep memory that it needed for a moment. */
  readonly isLasting?: boolean;
  readonly onNotice?: (notice: never) => void;
  /** The thread has ended by itself. */
  readonly onCrash?: (error: Error) => void;
}

/** Room for new objects: V8 lets it grow to 128 MiB in each thread, and gives none of it back. */
const LASTING_YOUNG_MB = 32;

/** Starts a thread of this folder and speaks with it by numbered messages. */
export function startThread({
  name,
  data,
  gathers = false,
  isLasting = false,
  onNotice,
  onCrash,
}: ThreadOptions): Thread {
  const worker = new Worker(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url), {
    workerData: data,
    ...(isLasting ? { resourceLimits: { maxYoungGenerationSizeMb: LASTING_YOUNG_MB } } : {}),
  });
  const asked = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let isEnding = false;
  let ended: Error | null = null;

  // The first error tells why; that the thread has ended follows it.
  const fail = (error: Error) => {
    if (ended !== null) return;
    ended = error;
    for (const { reject } of asked.values()) reject(error);
    asked.clear();
    if (!isEnding) onCrash?.(error);
  };
  const take = ({ id, reply, error }: Message) => {
    if (id === 0) {
      onNotice?.(reply as never);
      return;
    }
    const waiting = asked.get(id);
    asked.delete(id);
    if (error === undefined) waiting?.resolve(reply as never);
    else waiting?.reject(new ThreadError(error.message, error.code));
  };
  worker.on('message', (messages: readonly Message[]) => {
    for (const message of messages) take(message);
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new ThreadError(`the ${name} ended`, null)));

  let gathered: Request[] = [];

  function post(request: Request): void {
    if (!gathers) {
      worker.postMessage([request]);
      return;
    }
    if (gathered.length === 0)
      setImmediate(() => {
        worker.postMessage(gathered);
        gathered = [];
      });
    gathered.push(request);
  }

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended !== null) {
          reject(ended);
          return;
        }
        lastId += 1;
        asked.set(lastId, { resolve, reject });
        post({ id: lastId, request });
      }),
    tell: (request) => post({ id: 0, request }),
    end: async () => {
      isEnding = true;
      await worker.terminate();
    },
  };
}

/** For how long a reply waits for others to cross with it. */
const MAX_KEPT_MS = 1;

/** The thread's side: answers each request with what `handle` returns or throws. `afterAll` ends what they had in common. */
export function serveThread(handle: (request: never) => unknown, afterAll = () => {}): void {
  parentPort?.on('message', (requests: readonly Request[]) => {
    let replies: Message[] = [];
    let sentAtMs = performance.now();
    const send = () => {
      if (replies.length > 0) parentPort?.postMessage(replies);
      replies = [];
      sentAtMs = performance.now();
    };
    for (const { id, request } of requests) {
      const reply = answer(id, () => handle(request as never));
      if (reply !== null) replies.push(reply);
      if (performance.now() - sentAtMs > MAX_KEPT_MS) send();
    }
    afterAll();
    send();
  });
}

function answer(id: number, handle: () => unknown): Message | null {
  try {
    const reply = handle();
    return id === 0 ? null : { id, reply };
  } catch (error) {
    // A request that nobody waits for has no one to tell: the thread ends, and its owner hears of that.
    if (id === 0) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const code = error instanceof ThreadError ? error.code : null;
    return { id, error: { message, code } };
  }
}

/** Tells the owner something that it did not ask for. */
export function notify(notice: unknown): void {
  parentPort?.postMessage([{ id: 0, reply: notice }] satisfies Message[]);
}
