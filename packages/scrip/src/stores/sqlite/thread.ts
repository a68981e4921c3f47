import { extname } from 'node:path';
import { parentPort, Worker } from 'node:worker_threads';

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
  readonly onNotice?: (notice: never) => void;
  /** The thread has ended by itself. */
  readonly onCrash?: (error: Error) => void;
}

/** Starts a thread of this folder and speaks with it by numbered messages. */
export function startThread({ name, data, onNotice, onCrash }: ThreadOptions): Thread {
  const worker = new Worker(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url), {
    workerData: data,
  });
  const asked = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let isEnding = false;
  let ended: Error | null = null;

  const fail = (error: Error) => {
    ended ??= error;
    for (const { reject } of asked.values()) reject(error);
    asked.clear();
    if (!isEnding) onCrash?.(error);
  };
  worker.on('message', ({ id, reply, error }: Message) => {
    if (id === 0) {
      onNotice?.(reply as never);
      return;
    }
    const waiting = asked.get(id);
    asked.delete(id);
    if (error === undefined) waiting?.resolve(reply as never);
    else waiting?.reject(new ThreadError(error.message, error.code));
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new ThreadError(`the ${name} ended`, null)));

  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        if (ended !== null) {
          reject(ended);
          return;
        }
        lastId += 1;
        asked.set(lastId, { resolve, reject });
        worker.postMessage({ id: lastId, request });
      }),
    tell: (request) => worker.postMessage({ id: 0, request }),
    end: async () => {
      isEnding = true;
      await worker.terminate();
    },
  };
}

/** The thread's side: answers each request with what `handle` returns or throws. */
export function serveThread(handle: (request: never) => unknown): void {
  parentPort?.on('message', ({ id, request }: { id: number; request: unknown }) => {
    try {
      const reply = handle(request as never);
      if (id !== 0) parentPort?.postMessage({ id, reply });
    } catch (error) {
      // A request that nobody waits for has no one to tell: the thread ends, and its owner hears of that.
      if (id === 0) throw error;
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof ThreadError ? error.code : null;
      parentPort?.postMessage({ id, error: { message, code } });
    }
  });
}

/** Tells the owner something that it did not ask for. */
export function notify(notice: unknown): void {
  parentPort?.postMessage({ id: 0, reply: notice });
}
