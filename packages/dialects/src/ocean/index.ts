export { decodeBalance } from './decode.ts';
export { type BalanceInput, encodeBalance, type PoolInput } from './encode.ts';
export { encodeRefusal } from './errors.ts';
export {
  credential,
  limits,
  paths,
  prefixes,
  type WireBalance,
  type WireError,
  type WirePool,
} from './wire.ts';
