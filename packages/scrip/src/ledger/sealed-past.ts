/** What was asked of lies before the seal: the entries that would tell are in the sealed file. */
export class SealedPast extends Error {
  /** The account is known from here on. */
  readonly knownFromMs: number;

  constructor(knownFromMs: number) {
    super(`what was before ${new Date(knownFromMs).toISOString()} is sealed`);
    this.name = 'SealedPast';
    this.knownFromMs = knownFromMs;
  }
}
