export type SettingErrorCode =
  | 'database-unsupported'
  | 'port-invalid'
  | 'secret-invalid'
  | 'log-level-unknown'
  | 'config-file-unreadable'
  | 'config-file-invalid'
  | 'trial-pool-unknown'
  | 'trial-amount-wrong'
  | 'url-invalid'
  | 'key-invalid'
  | 'operator-key-taken';

/** A setting that cannot be used; the message says which, and what it may be. */
export class SettingError extends Error {
  readonly code: SettingErrorCode;

  constructor(code: SettingErrorCode, message: string) {
    super(message);
    this.name = 'SettingError';
    this.code = code;
  }
}
