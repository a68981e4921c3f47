import type { ServerSettings } from '../../config/settings.ts';

/** What the vendors' routes go by. */
export type VendorSettings = Pick<ServerSettings, 'dialects' | 'oceanDailyLimit' | 'creditPriceMicros'> &
  Partial<Pick<ServerSettings, 'accountLimits'>>;
