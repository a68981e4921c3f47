import { formatMicros, supertone } from '@scrip/dialects';
import { DecodeError } from './client-error.ts';
import type { CallOptions } from './settings.ts';
import { checkRange, DAY_MS, type Usage, type UsageRange } from './usage.ts';
import { VendorClient, type VendorOptions, type VendorProfile } from './vendor-client.ts';

const profile: VendorProfile = {
  service: 'supertone',
  label: 'Supertone',
  keyVariable: 'SUPERTONE_API_KEY',
  urlVariable: 'SUPERTONE_BASE_URL',
  defaultUrl: 'https://supertoneapi.com',
  balancePath: () => supertone.paths.balance,
  headers: (key) => ({ 'x-sup-api-key': key }),
};

/** Supertone: one pool, `credits`, and the minutes used by day. */
export class Supertone extends VendorClient {
  constructor(options: VendorOptions = {}) {
    super(profile, options);
  }

  /** Reads the minutes used by day of UTC, every page of them. Throws a `ClientError`, or the signal's reason. */
  async usage({ start, end }: UsageRange, options: CallOptions = {}): Promise<Usage> {
    checkRange({ start, end }, 'supertone');
    const pages = await this.#pages({ start, end }, options);
    const microsOfDay = new Map<string, bigint>();
    for (const { startingAtMs, results } of pages.flatMap(({ buckets }) => buckets)) {
      const day = new Date(startingAtMs).toISOString().slice(0, 10);
      const minutesMicros = results.reduce((sum, { minutesUsedMicros }) => sum + minutesUsedMicros, 0n);
      microsOfDay.set(day, (microsOfDay.get(day) ?? 0n) + minutesMicros);
    }
    const days = [...microsOfDay].toSorted(([one], [other]) => (one < other ? -1 : 1));
    return {
      vendor: 'supertone',
      start,
      end,
      unit: 'minutes',
      days: days.map(([day, micros]) => ({ day, used: formatMicros(micros) })),
      total: { used: formatMicros(days.reduce((sum, [, micros]) => sum + micros, 0n)) },
      raw: pages.map(({ raw }) => raw),
    };
  }

  async #pages(range: UsageRange, options: CallOptions): Promise<(supertone.Usage & { raw: string })[]> {
    const startMs = Date.parse(range.start);
    const endMs = Date.parse(range.end) + DAY_MS;
    const most = (endMs - startMs) / DAY_MS + 1;
    const pages: (supertone.Usage & { raw: string })[] = [];
    let token: string | null = null;
    do {
      const query = new URLSearchParams({
        start_time: new Date(startMs).toISOString(),
        end_time: new Date(endMs).toISOString(),
        bucket_width: 'day',
        page_size: String(supertone.pageSize.most),
        ...(token === null ? {} : { next_page_token: token }),
      });
      const path = `${supertone.paths.usage}?${query}`;
      const page = await this.read(path, options, supertone.decodeUsage, ({ usage }, { reply }) => ({
        ...usage,
        raw: reply.body,
      }));
      pages.push(page);
      token = page.nextPageToken;
      if (pages.length > most)
        throw new DecodeError("Supertone's usage has more pages than the days that were asked for.", {
          code: 'member-odd',
          service: 'supertone',
          at: 'next_page_token',
        });
    } while (token !== null);
    return pages;
  }
}
