import { ClientError } from '../client-error.ts';
import { holdIdOf, MOST_TRIES, standingOf } from '../hold-standing.ts';
import type { Hold } from '../scrip-replies.ts';
import type { HoldInput, SpendOptions } from '../scrip-requests.ts';
import type { ScripAccount } from '../scrip-account.ts';
import { releaseOpenHold } from './release-open-hold.ts';
import type { Patience } from './resolve-hold.ts';

interface Wanted extends Patience {
  readonly account: ScripAccount;
  readonly input: HoldInput & { readonly action: string };
  /** The `Idempotency-Key` of the request; null where it has none. */
  readonly key: string | null;
  readonly dialect: SpendOptions['dialect'];
}

/**
 * Places the hold of one request. A request that repeats the key of another must never find that one's hold and have
 * its work done for nothing: each request marks its hold, so that the same id with another mark is another command,
 * which Scrip refuses. Where the other's hold has been given back, its work was not paid for, and the key is free again.
 * A placing without an answer is given back in the background, until the deadline.
 */
export async function placeHold({ account, input, key, dialect, ...patience }: Wanted): Promise<Hold> {
  const { newId } = patience.runtime;
  const place = async (wanted: HoldInput, id: string): Promise<Hold> => {
    const send = async () => account.placeHold(wanted, { id, dialect });
    try {
      return await send();
    } catch (error) {
      if (error instanceof ClientError && error.outcome === 'unknown')
        // Not in the customer's dialect: that could count on the customer's limit.
        void releaseOpenHold({ account, place: async () => account.placeHold(wanted, { id }), ...patience });
      throw error;
    }
  };
  if (key === null) return place(input, `meter:${newId()}`);
  const id = `meter:${await hashOf([input.action, key])}`;
  const marked = { ...input, metadata: { request: newId() } };
  for (let tries = 1; ; tries += 1) {
    const triedId = holdIdOf(id, tries);
    try {
      return await place(marked, triedId);
    } catch (error) {
      const isUsed = error instanceof ClientError && (error.status === 422 || error.status === 409);
      if (!isUsed || tries === MOST_TRIES || !(await isGivenBack(account, triedId))) throw error;
    }
  }
}

/** Where that cannot be found out, the request is refused: its work may have been paid for. */
async function isGivenBack(account: ScripAccount, holdId: string): Promise<boolean> {
  try {
    return (await standingOf(account, holdId)) === 'given-back';
  } catch (error) {
    if (error instanceof ClientError) return false;
    throw error;
  }
}

/** Keys may be longer than ids, and one that ends like the id of a capture must not be taken for it. */
async function hashOf(parts: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const digest = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
