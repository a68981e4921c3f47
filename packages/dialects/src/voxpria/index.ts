export { decodeBalance, decodeUsage, type Usage, type Used } from './decode.ts';
export { encodeCredits, encodeUsage, type UsageDayInput, type UsageInput } from './encode.ts';
export { encodeRefusal } from './errors.ts';
export {
  credential,
  defaultCreditPriceMicros,
  limits,
  paths,
  prefixes,
  usageDays,
  type WireCredits,
  type WireError,
  type WireUsage,
  type WireUsed,
} from './wire.ts';
