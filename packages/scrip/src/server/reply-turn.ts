import type { FastifyReply } from 'fastify';
import type { Answer } from '../ledger/answer.ts';

let waiting: (() => void)[] = [];

/**
 * Sends an answer when the event loop has taken in all requests that have arrived; the handler returns nothing. Replies
 * that are written one after the other wake their reader once. Written between the reading of requests each of them
 * wakes it again, which takes a fifth of a balance read where the reader is on the same machine.
 */
export function sendInTurn<T>(reply: FastifyReply, answer: Answer<T>, send: (answer: T) => void): void {
  if (answer instanceof Promise) void sendWhenAnswered(reply, answer, send);
  else sendLater(reply, () => send(answer));
}

async function sendWhenAnswered<T>(
  reply: FastifyReply,
  answering: Promise<T>,
  send: (answer: T) => void,
): Promise<void> {
  try {
    const answer = await answering;
    sendLater(reply, () => send(answer));
  } catch (error) {
    sendUnlessSent(reply, () => void reply.send(error));
  }
}

function sendLater(reply: FastifyReply, send: () => void): void {
  if (waiting.length === 0) setImmediate(sendAll);
  waiting.push(() => sendUnlessSent(reply, send));
}

function sendAll(): void {
  const sends = waiting;
  waiting = [];
  for (const send of sends) send();
}

/** The time-out may have answered meanwhile. What cannot be sent is an error of its own request only. */
function sendUnlessSent(reply: FastifyReply, send: () => void): void {
  if (reply.sent) return;
  try {
    send();
  } catch (error) {
    void reply.send(error);
  }
}
