const MOST_TRIES = 100;
const PAUSE_MS = 100;

/** Asks, and asks again while the server says that it is overloaded: what may not fail, but may wait. */
export async function untilTaken<T extends { readonly status: number }>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const reply = await ask();
    if (reply.status !== 503 || tries === MOST_TRIES) return reply;
    await new Promise((resolve) => {
      setTimeout(resolve, PAUSE_MS);
    });
  }
}
