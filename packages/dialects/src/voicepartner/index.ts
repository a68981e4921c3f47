export { decodeBalance } from './decode.ts';
export { type BalanceInput, encodeBalance } from './encode.ts';
export { encodeRefusal } from './errors.ts';
export { preferredLanguage, readFormat } from './preferences.ts';
export {
  credential,
  type Format,
  formatParameter,
  type Language,
  limits,
  paths,
  prefixes,
  type WireBalance,
  type WireDuration,
  type WireError,
} from './wire.ts';
