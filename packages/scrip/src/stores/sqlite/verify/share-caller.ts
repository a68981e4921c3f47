import { Fault } from '../../../ledger/fault.ts';
import type { Thread } from '../thread.ts';
import { startThread } from '../thread.ts';
import type { VerifyNotice, VerifyRequests, VerifyShareData } from './share-handlers.ts';
import { createShareHandlers } from './share-handlers.ts';

/** Looks at shares of the accounts, in a thread of its own or in this one. */
export interface ShareCaller {
  readonly ask: <K extends keyof VerifyRequests>(
    kind: K,
    request: VerifyRequests[K]['request'],
  ) => Promise<VerifyRequests[K]['reply']>;
  readonly end: () => Promise<unknown>;
}

/** `threads`: how many share the work; a single one is this one. */
export function openShareCaller(
  threads: number,
  data: VerifyShareData,
  onNotice: (notice: VerifyNotice) => void,
): ShareCaller {
  if (threads === 1) {
    const handlers = createShareHandlers(data, onNotice);
    return {
      ask: async (kind, request) => handlers[kind](request),
      end: async () => handlers.close(null),
    };
  }
  const thread = startThread({ name: 'verify-thread', data, onNotice });
  return { ask: (kind, request) => askThread(thread, kind, request), end: () => thread.end() };
}

async function askThread<K extends keyof VerifyRequests>(
  thread: Thread,
  kind: K,
  request: VerifyRequests[K]['request'],
): Promise<VerifyRequests[K]['reply']> {
  try {
    return await thread.ask<VerifyRequests[K]['reply']>({ kind, request });
  } catch (cause) {
    throw new Fault('they cannot be read', {
      code: 'store-unreadable',
      retryable: true,
      outcome: 'not-applied',
      cause,
    });
  }
}

export function askAll<K extends keyof VerifyRequests>(
  shares: readonly ShareCaller[],
  kind: K,
  request: VerifyRequests[K]['request'],
): Promise<VerifyRequests[K]['reply'][]> {
  return Promise.all(shares.map((share) => share.ask(kind, request)));
}
