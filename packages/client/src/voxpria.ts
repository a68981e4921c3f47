import { formatMicros, voxpria } from '@scrip/dialects';
import type { CallOptions } from './settings.ts';
import { checkRange, type Usage, type UsageRange, type Used } from './usage.ts';
import { VendorClient, type VendorOptions, type VendorProfile } from './vendor-client.ts';

const profile: VendorProfile = {
  service: 'voxpria',
  label: 'Voxpria',
  keyVariable: 'VOXPRIA_API_KEY',
  urlVariable: 'VOXPRIA_BASE_URL',
  defaultUrl: 'https://app.voxpria.com',
  balancePath: () => voxpria.paths.balance,
  headers: (key) => ({ authorization: `Bearer ${key}` }),
};

/** Voxpria: one pool, `credits`, and usage by day. */
export class Voxpria extends VendorClient {
  constructor(options: VendorOptions = {}) {
    super(profile, options);
  }

  /** Reads usage by day, in the vendor's own days. Throws a `ClientError`, or the signal's reason. */
  async usage({ start, end }: UsageRange, options: CallOptions = {}): Promise<Usage> {
    checkRange({ start, end }, 'voxpria');
    const path = `${voxpria.paths.usage}?startDate=${start}&endDate=${end}`;
    return this.read(path, options, voxpria.decodeUsage, ({ usage: { days, total } }, { reply }) => {
      const oldestFirst = days.toSorted((one, other) => (one.date < other.date ? -1 : 1));
      return {
        vendor: 'voxpria',
        start,
        end,
        unit: 'credits',
        days: oldestFirst.map(({ date, ...used }) => ({ day: date, ...toUsed(used) })),
        total: toUsed(total ?? sum(days)),
        raw: [reply.body],
      };
    });
  }
}

function toUsed({ usedMicros, calls, costMicros }: voxpria.Used): Used {
  return {
    used: formatMicros(usedMicros),
    calls,
    ...(costMicros === null ? {} : { cost: { amount: formatMicros(costMicros), currency: 'USD' } }),
  };
}

/** A cost that one day does not say is not said of all of them either. */
function sum(days: readonly voxpria.Used[]): voxpria.Used {
  const start: voxpria.Used = { calls: 0, usedMicros: 0n, costMicros: 0n };
  return days.reduce(
    (total, { calls, usedMicros, costMicros }) => ({
      calls: total.calls + calls,
      usedMicros: total.usedMicros + usedMicros,
      costMicros: total.costMicros === null || costMicros === null ? null : total.costMicros + costMicros,
    }),
    start,
  );
}
