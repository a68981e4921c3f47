/** Choices that follow from a seed alone. */
export interface Random {
  /** A whole number; both ends included. */
  readonly integer: (min: number, max: number) => number;
  readonly chance: (percent: number) => boolean;
  readonly pick: <T>(choices: readonly T[]) => T;
  /** Each choice as often as its weight says, relative to the others. */
  readonly weighted: <T>(choices: readonly (readonly [weight: number, choice: T])[]) => T;
}

/** The generator is sfc32: small, fast, and of no use to anyone who wants secrets. */
export function createRandom(seed: number): Random {
  let [a, b, c, counter] = [0, seed | 0, Math.floor(seed / 2 ** 32) | 0, 1];

  function next(): number {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  }
  for (let round = 0; round < 12; round += 1) next();

  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  return {
    integer,
    chance: (percent) => next() * 100 < percent,
    pick: <T>(choices: readonly T[]) => choices[integer(0, choices.length - 1)] as T,
    weighted: <T>(choices: readonly (readonly [number, T])[]) => {
      let left = next() * choices.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, choice] of choices) {
        left -= weight;
        if (left < 0) return choice;
      }
      return choices[0]?.[1] as T;
    },
  };
}
