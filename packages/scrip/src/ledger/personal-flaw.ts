import type { Entry } from '../core/entry.ts';
import { personalDigest } from './digest.ts';
import type { Personal } from './store.ts';

/**
 * What is wrong with an entry's personal part, in words that repeat none of it; null where it is the one that the entry
 * was made with, or was erased. Never throws: a parser's own error would quote what it cannot read.
 */
export function personalFlaw({ change }: Entry, personal: string | null): string | null {
  if (personal === null) return null;
  try {
    return personalDigest(JSON.parse(personal) as Personal) === change?.personalDigest
      ? null
      : 'its personal data are not those that it was made with';
  } catch {
    return 'its personal data cannot be read';
  }
}
