/** A setting that cannot be used; the message says which, and what it may be. */
export class SettingError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SettingError';
  }
}
