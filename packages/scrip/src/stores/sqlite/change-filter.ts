/** Which ids of changes a segment may hold: a Bloom filter, never wrong about absence; about 1 in 15,000 of other ids pass, and 1 in 300 where it holds a few only. */

/** Several filters are asked for each new id, and each that is wrong costs a look at the disk. */
const BITS_PER_CHANGE = 20;
const PROBES = 14;
const TWO_21 = 2_097_152;

const LINE_BREAK = '\n';

/** As `textHash`, of a change's account and id. It only narrows a search: what it finds is compared with the entry itself. */
export function changeHash(seed: number, accountId: string, changeId: string): number {
  return hashOf(seed, accountId, LINE_BREAK, changeId);
}

export function changeText(accountId: string, changeId: string): string {
  return accountId + LINE_BREAK + changeId;
}

/** A 53-bit hash, spread by the directory's own seed so that nobody outside can make texts collide. */
export function textHash(seed: number, text: string): number {
  return hashOf(seed, text, '', '');
}

/** Of three texts as if they were one: to put them together takes longer than to hash them. */
function hashOf(seed: number, first: string, second: string, third: string): number {
  let high = 0xdeadbeef ^ seed;
  let low = 0x41c6ce57 ^ seed;
  for (let part = 0; part < 3; part += 1) {
    const text = part === 0 ? first : part === 1 ? second : third;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      high = Math.imul(high ^ code, 2_654_435_761);
      low = Math.imul(low ^ code, 1_597_334_677);
    }
  }
  high = Math.imul(high ^ (high >>> 16), 2_246_822_507) ^ Math.imul(low ^ (low >>> 13), 3_266_489_909);
  low = Math.imul(low ^ (low >>> 16), 2_246_822_507) ^ Math.imul(high ^ (high >>> 13), 3_266_489_909);
  return TWO_21 * (high >>> 0) + (low >>> 11);
}

export function createFilter(changes: number): Uint8Array {
  return new Uint8Array(filterBytes(changes));
}

export function filterBytes(changes: number): number {
  return Math.ceil((Math.max(changes, 1) * BITS_PER_CHANGE) / 8);
}

export function addToFilter(filter: Uint8Array, hash: number): void {
  const bits = filter.length * 8;
  const step = stepOf(hash);
  let bit = firstBitOf(hash);
  for (let probe = 0; probe < PROBES; probe += 1) {
    const at = bit % bits;
    filter[at >>> 3] = (filter[at >>> 3] ?? 0) | (1 << (at & 7));
    bit = (bit + step) >>> 0;
  }
}

/** False: surely not in the segment. True: perhaps. */
export function mayContain(filter: Uint8Array, hash: number): boolean {
  const bits = filter.length * 8;
  const step = stepOf(hash);
  let bit = firstBitOf(hash);
  for (let probe = 0; probe < PROBES; probe += 1) {
    const at = bit % bits;
    if (((filter[at >>> 3] ?? 0) & (1 << (at & 7))) === 0) return false;
    bit = (bit + step) >>> 0;
  }
  return true;
}

function firstBitOf(hash: number): number {
  return Math.floor(hash / TWO_21) >>> 0;
}

/** Odd, so that the probes do not fall on one another. */
function stepOf(hash: number): number {
  return (Math.imul(hash % 4_294_967_296, 2_654_435_761) | 1) >>> 0;
}
