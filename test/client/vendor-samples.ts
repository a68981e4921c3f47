import {
  Ocean,
  Supertone,
  type VendorClient,
  type VendorOptions,
  VoicePartner,
  Voxpria,
} from '../../packages/client/src/index.ts';

export interface VendorSample {
  readonly vendor: 'voicepartner' | 'supertone' | 'voxpria' | 'ocean';
  readonly create: (options: VendorOptions) => VendorClient;
  /** A good reply, and what its first pool says. */
  readonly good: object;
  readonly available: string;
  /** A reply with a value of a wrong type, and where. */
  readonly odd: object;
  readonly oddAt: string;
  /** A reply that lacks what it must have. */
  readonly lacking: object;
  readonly lackingAt: string;
  readonly refusedKey: { readonly status: number; readonly body: object };
}

export const vendorSamples: readonly VendorSample[] = [
  {
    vendor: 'voicepartner',
    create: (options) => new VoicePartner(options),
    good: { success: true, credit: '18.5', currency: '€', details: {} },
    available: '18.5',
    odd: { success: true, credit: ['18.5'], currency: '€' },
    oddAt: 'credit',
    lacking: { success: true, currency: '€' },
    lackingAt: 'credit',
    refusedKey: { status: 401, body: { success: false, code: 10, message: 'Clé API incorrecte' } },
  },
  {
    vendor: 'supertone',
    create: (options) => new Supertone(options),
    good: { balance: 18.5 },
    available: '18.5',
    odd: { balance: { credits: 18.5 } },
    oddAt: 'balance',
    lacking: {},
    lackingAt: 'balance',
    refusedKey: {
      status: 401,
      body: {
        status: 'error',
        message: { message: 'Invalid API Key', error: 'Unauthorized', statusCode: 401 },
      },
    },
  },
  {
    vendor: 'voxpria',
    create: (options) => new Voxpria(options),
    good: {
      success: true,
      data: { balance: 18.5, currency: 'credits', lastUpdated: '2025-02-09T12:00:00Z' },
    },
    available: '18.5',
    odd: { success: true, data: { balance: true } },
    oddAt: 'data.balance',
    lacking: { success: true, data: {} },
    lackingAt: 'data.balance',
    refusedKey: { status: 401, body: { success: false, error: { code: 'unauthorized', message: 'No' } } },
  },
  {
    vendor: 'ocean',
    create: (options) => new Ocean(options),
    good: { credits: { oneTime: 8.25, recurrent: 10.25 } },
    available: '18.5',
    odd: { credits: { oneTime: 'many' } },
    oddAt: 'credits',
    lacking: { dailyLimitRateLeft: 1 },
    lackingAt: 'credits',
    refusedKey: {
      status: 403,
      body: { detail: 'Current API token is not registered in our database' },
    },
  },
];
