import type { AppDeps } from './app-deps.ts';
import type { Authorise } from './auth.ts';
import type { VendorLimits } from './vendor/vendor-limits.ts';

/** What every route of Scrip's own API is registered with. */
export interface RouteContext {
  readonly deps: AppDeps;
  readonly authorise: Authorise;
  readonly limits: VendorLimits;
}
