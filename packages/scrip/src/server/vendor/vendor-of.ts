import type { DialectName } from '@scrip/dialects';
import { dialectOfPath } from '@scrip/dialects';
import { splitTarget } from './request-target.ts';

/**
 * The vendor whose shape every answer to this address has, also where the address cannot be read or nothing is found
 * there; null where it is Scrip's own. Goes by the path's beginning alone.
 */
export function vendorOf(url: string): DialectName | null {
  // The router takes encoded letters for letters, so that this has to.
  const path = splitTarget(url).path.replace(/%([2-7][0-9a-f])/gi, (_whole, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return dialectOfPath(path);
}
