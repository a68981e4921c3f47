import {
  ConfigurationError,
  Ocean,
  Supertone,
  type VendorClient,
  type VendorOptions,
  VoicePartner,
  Voxpria,
} from '@scrip/client';
import { type DialectName, dialectNames } from '@scrip/dialects';

const CLIENTS = {
  voicepartner: VoicePartner,
  supertone: Supertone,
  voxpria: Voxpria,
  ocean: Ocean,
} as const satisfies Readonly<Record<DialectName, new (options: VendorOptions) => VendorClient>>;

/** The client of a vendor, with the key and the address in its environment variables. Throws `ConfigurationError`. */
export function openVendor<Name extends DialectName>(
  name: Name,
  options: Pick<VendorOptions, 'maxRetries'> = {},
): InstanceType<(typeof CLIENTS)[Name]> {
  return new CLIENTS[name](options) as InstanceType<(typeof CLIENTS)[Name]>;
}

/** The vendors with a key in the environment, also one that cannot be used: that is said when it is read. */
export function vendorsWithKeys(): DialectName[] {
  return dialectNames.filter((name) => {
    try {
      openVendor(name);
      return true;
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      return error.code !== 'key-missing';
    }
  });
}
