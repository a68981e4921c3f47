import type { MeteredWork } from './meter.ts';
import type { RefusalReply } from './refusal-reply.ts';

export function refusalResponse({ status, headers, body }: RefusalReply): Response {
  // As bytes, because a text would be given a content type of its own.
  return new Response(body === '' ? null : new TextEncoder().encode(body), { status, headers });
}

/**
 * The same reply, whose end comes when the work has ended: whoever has the whole reply finds it paid for. A reply that
 * the customer cuts off is paid for, part of it has been delivered; one whose body fails is not.
 */
export async function endWithResponse(
  response: Response,
  { request, work }: { request: Request; work: MeteredWork },
): Promise<Response> {
  const isCharged = work.isCharged(response.status);
  // The body of an answer to HEAD is never read.
  if (!isCharged || response.body === null || request.method === 'HEAD') {
    await work.end(isCharged ? 'done' : 'failed');
    return response;
  }
  return new Response(endWithBody(response.body, { work, signal: request.signal }), response);
}

/** The same body, whose end waits for the end of the work. `signal` says that the customer has gone. */
function endWithBody<Part>(
  body: ReadableStream<Part>,
  { work, signal }: { work: MeteredWork; signal: AbortSignal },
): ReadableStream<Part> {
  const reader = body.getReader();
  // Where the customer has gone before the head was sent, nobody may read the body or cancel it.
  const payAnyway = () => void work.end('done');
  if (signal.aborted) payAnyway();
  else signal.addEventListener('abort', payAnyway, { once: true });
  return new ReadableStream(
    {
      pull: async (controller) => {
        try {
          const { done, value } = await reader.read();
          if (!done) {
            controller.enqueue(value);
            return;
          }
        } catch (error) {
          // Where it fails because the customer went, the work has ended above.
          await work.end('failed');
          throw error;
        }
        await work.end('done');
        controller.close();
      },
      cancel: async (reason) => {
        const ended = work.end('done');
        await reader.cancel(reason);
        await ended;
      },
    },
    { highWaterMark: 0 },
  );
}
