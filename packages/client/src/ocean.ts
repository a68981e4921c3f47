import { ocean } from '@scrip/dialects';
import { VendorClient, type VendorOptions, type VendorProfile } from './vendor-client.ts';

const profile: VendorProfile = {
  service: 'ocean',
  label: 'Ocean.io',
  keyVariable: 'OCEAN_API_TOKEN',
  urlVariable: 'OCEAN_BASE_URL',
  defaultUrl: 'https://api.ocean.io',
  balancePath: () => ocean.paths.balance,
  headers: (key) => ({ 'x-api-token': key }),
};

/** Ocean.io: the pools `standard`, `email` and `phone`, each with a one-time and a recurring part. */
export class Ocean extends VendorClient {
  constructor(options: VendorOptions = {}) {
    super(profile, options);
  }
}
