export { decodeBalance, decodeUsage, type Usage, type UsageResult } from './decode.ts';
export { encodeCredits, encodeUsage, type UsageInput, type UsageResultInput } from './encode.ts';
export { encodeRefusal } from './errors.ts';
export {
  credential,
  limits,
  pageSize,
  paths,
  prefixes,
  type WireCredits,
  type WireError,
  type WireUsage,
  type WireUsageBucket,
} from './wire.ts';
