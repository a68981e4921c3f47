/** Chooses an account by its index. */
export type AccountChoice = () => number;

export function uniform(accounts: number): AccountChoice {
  return () => Math.floor(Math.random() * accounts);
}

/**
 * Has no divisor in common with a round number of accounts, so that each is reached, and leaves a large remainder, so
 * that ranks that follow one another lie far apart. Times a rank it is exact up to 14 million accounts.
 */
const SCATTER = 618_033_989;

/**
 * Some accounts are asked for far more often than others: the one of rank r with a share of 1/r^theta. Ranks are
 * scattered over the ids, so that popular accounts are not neighbours on the disk. By Gray et al., "Quickly generating
 * billion-record synthetic databases" (1994).
 */
export function zipf(accounts: number, theta: number): AccountChoice {
  const zeta = (count: number) => {
    let sum = 0;
    for (let rank = 1; rank <= count; rank += 1) sum += 1 / rank ** theta;
    return sum;
  };
  const whole = zeta(accounts);
  const alpha = 1 / (1 - theta);
  const eta = (1 - (2 / accounts) ** (1 - theta)) / (1 - zeta(2) / whole);
  const rank = () => {
    const drawn = Math.random();
    if (drawn * whole < 1) return 0;
    if (drawn * whole < 1 + 0.5 ** theta) return 1;
    return Math.min(accounts - 1, Math.floor(accounts * (eta * drawn - eta + 1) ** alpha));
  };
  return () => (rank() * SCATTER) % accounts;
}
