import type { FastifyInstance, FastifyReply } from 'fastify';
import { fastify } from 'fastify';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sendInTurn } from './reply-turn.ts';

let app: FastifyInstance;
let sent: string[];

beforeEach(() => {
  app = fastify({ logger: false });
  sent = [];
});
afterEach(() => app.close());

function serve(path: string, answer: () => Promise<string>, send?: (text: string) => void): void {
  app.get(path, (_request, reply) =>
    sendInTurn(reply, answer(), (text) => {
      sent.push(text);
      if (send !== undefined) send(text);
      void reply.send(text);
    }),
  );
}

describe('replies in turn', () => {
  it('are sent after everything else that waits for the same turn', async () => {
    const reply = { sent: false } as FastifyReply;
    sendInTurn(reply, Promise.resolve('first'), (text) => void sent.push(text));
    await new Promise((resolve) => {
      process.nextTick(resolve);
    });
    sent.push('another request');
    sendInTurn(reply, Promise.resolve('second'), (text) => void sent.push(text));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual(['another request', 'first', 'second']);
  });

  it('wait for their turn also where the answer is there at once', async () => {
    const reply = { sent: false } as FastifyReply;
    sendInTurn(reply, 'first', (text) => void sent.push(text));
    sent.push('another request');
    sendInTurn(reply, 'second', (text) => void sent.push(text));
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual(['another request', 'first', 'second']);
  });

  it('tell an error of the answer, and of the sending, to its own request only', async () => {
    serve('/fails', () => Promise.reject(new Error('no answer')));
    serve(
      '/breaks',
      async () => 'text',
      () => {
        throw new Error('not sent');
      },
    );
    serve('/works', async () => 'text');
    await app.ready();
    const replies = await Promise.all(['/fails', '/breaks', '/works'].map((url) => app.inject(url)));
    expect(replies.map(({ statusCode }) => statusCode)).toEqual([500, 500, 200]);
    expect(replies[0]?.json()).toMatchObject({ message: 'no answer' });
    expect(replies[1]?.json()).toMatchObject({ message: 'not sent' });
  });

  it('leave alone a reply that was sent meanwhile', async () => {
    app.get('/', (_request, reply) => {
      sendInTurn(reply, Promise.resolve('late'), (text) => {
        sent.push(text);
        void reply.send(text);
      });
      void reply.send('early');
    });
    expect((await app.inject('/')).body).toBe('early');
    await new Promise((resolve) => setImmediate(resolve));
    expect(sent).toEqual([]);
  });
});
