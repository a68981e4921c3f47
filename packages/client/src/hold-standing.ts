import { ClientError } from './client-error.ts';
import type { ScripAccount } from './scrip-account.ts';

/** Work may fail so often under one id. */
export const MOST_TRIES = 8;

/** Each try of the work has a hold of its own. */
export function holdIdOf(id: string, tries: number): string {
  return tries === 1 ? id : `${id}:${tries}`;
}

/** More than any hold. */
const TOO_MUCH = '9223372036854';

/** What became of a hold. */
export type HoldStanding = 'open' | 'captured' | 'given-back';

/** Asks for a capture that no hold can fulfil: the refusal says how the hold stands, and changes nothing. Throws others. */
export async function standingOf(
  account: ScripAccount,
  holdId: string,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<HoldStanding> {
  try {
    await account.captureHold(holdId, { amount: TOO_MUCH }, { signal });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    if (error.code === 'capture-exceeds-hold') return 'open';
    if (error.code === 'hold-expired') return 'given-back';
    if (error.code !== 'hold-resolved') throw error;
    return error.reply?.body.includes('"resolution":"released"') === true ? 'given-back' : 'captured';
  }
  throw new Error(`hold ${holdId} gave more than it can have`);
}
