import type { FastifyInstance } from 'fastify';
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
  it('are sent after all that waits for the same turn has been answered', async () => {
    const answered: string[] = [];
    serve('/:name', async () => {
      answered.push(`answered with ${sent.length} sent`);
      return 'text';
    });
    await app.ready();
    const replies = await Promise.all(['/a', '/b', '/c'].map((url) => app.inject(url)));
    expect(replies.map(({ body }) => body)).toEqual(['text', 'text', 'text']);
    expect(answered).toEqual(Array.from({ length: 3 }, () => 'answered with 0 sent'));
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
    expect(sent).toEqual([]);
  });
});
