import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { untilTaken } from '../load/until-taken.ts';
import type { ChildServer } from './child-server.ts';
import { untilServes } from './child-server.ts';

/** One reply, as the bare server sends it each time. */
export interface BareReply {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface BareReplies {
  readonly balances: readonly (BareReply & { readonly pattern: string })[];
  readonly debit: BareReply;
}

/** Headers that Fastify and Node set by themselves. */
const OWN_HEADERS = new Set(['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding']);

/**
 * A reply of Scrip's, with all of its headers, to be answered by the bare server. A server that has just begun may be
 * overloaded.
 */
export async function captureReply(ask: () => Promise<Response>): Promise<BareReply> {
  const reply = await untilTaken(ask);
  const body = await reply.text();
  if (!reply.ok) throw new Error(`${reply.url} answered ${reply.status}: ${body}`);
  const kept = [...reply.headers].filter(([name]) => !OWN_HEADERS.has(name));
  return { headers: Object.fromEntries(kept), body };
}

export function startBare(replies: BareReplies): Promise<ChildServer> {
  const program = join(import.meta.dirname, 'bare-server.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(replies)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return untilServes(child, 'bare Fastify');
}
