import { voicepartner } from '@scrip/dialects';
import { VendorClient, type VendorOptions, type VendorProfile } from './vendor-client.ts';

/** The key stands in the path, as in all of the vendor's samples. */
const profile: VendorProfile = {
  service: 'voicepartner',
  label: 'Voice Partner',
  keyVariable: 'VOICEPARTNER_API_KEY',
  urlVariable: 'VOICEPARTNER_BASE_URL',
  defaultUrl: 'https://api.voicepartner.fr',
  balancePath: (key) => `${voicepartner.paths.balance}/${encodeSegment(key)}`,
  headers: () => ({}),
};

/** Voice Partner: one pool of money, `eur`, and what it still buys. It allows five requests a minute, and no more are sent. */
export class VoicePartner extends VendorClient {
  constructor(options: VendorOptions = {}) {
    super(profile, options);
  }
}

/** A key of dots alone would vanish from the address. */
function encodeSegment(key: string): string {
  return /^\.{1,2}$/.test(key) ? key.replaceAll('.', '%2E') : encodeURIComponent(key);
}
