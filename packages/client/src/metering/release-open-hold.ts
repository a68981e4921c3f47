import type { ScripAccount } from '../scrip-account.ts';
import type { Hold } from '../scrip-replies.ts';
import { insist, type Patience } from './resolve-hold.ts';

/** While Scrip is slow to answer, requests must not add up: holds beyond these end at their deadline. */
const MOST_AT_ONCE = 100;
let releasing = 0;

interface OpenHold extends Patience {
  readonly account: ScripAccount;
  /** Sends the placing again, by the same id. */
  readonly place: () => Promise<Hold>;
}

/**
 * Gives back what a placing without an answer may have set aside. It is asked for again first: under an id that
 * somebody repeats there may stand the hold of another request, which is not to be released, and the same placing then
 * is refused. Never rejects: what cannot be released ends at its deadline.
 */
export async function releaseOpenHold({ account, place, ...patience }: OpenHold): Promise<void> {
  if (releasing >= MOST_AT_ONCE) return;
  releasing += 1;
  try {
    const { id } = await insist(patience, place);
    await insist(patience, async () => account.releaseHold(id, { id: `${id}:release` }));
  } catch {
    // Nothing was set aside, or it has come back by itself.
  } finally {
    releasing -= 1;
  }
}
