import { workerData } from 'node:worker_threads';
import { notify, serveThread } from './thread.ts';
import type { VerifyRequests, VerifyShareData } from './verify/share-handlers.ts';
import { createShareHandlers } from './verify/share-handlers.ts';

/** Looks at one share of the accounts beside other threads. */
const handlers = createShareHandlers(workerData as VerifyShareData, notify);

serveThread(({ kind, request }: { kind: keyof VerifyRequests; request: never }) => handlers[kind](request));
