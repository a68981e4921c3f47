import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialectNames } from '@scrip/dialects';
import {
  type Balance,
  ClientError,
  DecodeError,
  Ocean,
  Supertone,
  type Usage,
  VoicePartner,
  Voxpria,
} from '../../packages/client/src/index.ts';
import { createInstantRuntime } from '../support/test-runtime.ts';
import { bodyOf, type CorpusEntry, type CorpusReply, loadCorpus } from './corpus.ts';

/** Answers every request with the reply that is set, and with an empty last page where another page is asked for. */
let next: CorpusReply;
const server = createServer((request, response) => {
  if (request.url?.includes('next_page_token') === true) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end('{"data":[],"next_page_token":null,"total":0}');
    return;
  }
  response.writeHead(next.status, next.headers).end(bodyOf(next));
});
beforeAll(async () => {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const range = { start: '2025-02-01', end: '2025-02-28' };

async function read({ vendor, path, case: { reads } }: CorpusEntry): Promise<Balance | Usage> {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const options = { apiKey: path, baseUrl, maxRetries: 0, runtime: createInstantRuntime() };
  switch (vendor) {
    case 'voicepartner':
      return new VoicePartner(options).balance();
    case 'ocean':
      return new Ocean(options).balance();
    case 'supertone':
      return reads === 'usage' ? new Supertone(options).usage(range) : new Supertone(options).balance();
    case 'voxpria':
      return reads === 'usage' ? new Voxpria(options).usage(range) : new Voxpria(options).balance();
  }
}

/** The amount of a corpus file, in micros, as the client writes it. */
function amountOf(micros: string | null | undefined): string | null {
  if (micros === null || micros === undefined) return null;
  const [, sign = '', whole = '', fraction = ''] = /^(-?)0*(\d*?)(\d{1,6})$/.exec(micros) ?? [];
  const decimals = fraction.padStart(6, '0').replace(/0+$/, '');
  return `${sign}${whole === '' ? '0' : whole}${decimals === '' ? '' : `.${decimals}`}`;
}

interface DecodedBalance {
  readonly pools: readonly Readonly<Record<string, string | null>>[];
  readonly buys?: readonly object[];
  readonly dailyLimit?: object;
}

/** What a client makes of a decoded balance of the corpus. */
function expectedBalance({ pools, buys, dailyLimit }: DecodedBalance) {
  return {
    pools: pools.map(({ pool, unit, availableMicros, oneTimeMicros, recurringMicros }) => ({
      pool,
      unit,
      available: amountOf(availableMicros),
      ...(oneTimeMicros === undefined ? {} : { oneTime: amountOf(oneTimeMicros) }),
      ...(recurringMicros === undefined ? {} : { recurring: amountOf(recurringMicros) }),
      ...(buys === undefined ? {} : { buys }),
    })),
    limits: dailyLimit,
  };
}

const entries = dialectNames.flatMap(loadCorpus);

describe.each(dialectNames)('a client of %s', (vendor) => {
  const cases = entries.filter((entry) => entry.vendor === vendor);

  it.each(cases)('$path reads as it says', async (entry) => {
    next = entry.case.reply;
    const { decoded, refusal, unreadable, reads } = entry.case;
    const reading = await read(entry).catch((error: unknown) => error);
    if (refusal !== undefined || unreadable !== undefined) {
      // A client does not come to read what stands in a redirect.
      const isRedirect = next.headers['location'] !== undefined;
      const { code } = isRedirect ? { code: 'redirected' } : ((refusal ?? unreadable) as { code: string });
      expect(reading).toBeInstanceOf(ClientError);
      expect(reading instanceof DecodeError).toBe(refusal === undefined && !isRedirect);
      expect(reading).toMatchObject({ code, status: next.status });
    } else if (reads === 'balance') {
      const { pools, limits, raw } = reading as Balance;
      expect({ pools, limits }).toEqual(expectedBalance(decoded as unknown as DecodedBalance));
      expect(raw).toBe(bodyOf(next));
    } else {
      const { days } = reading as Usage;
      const { days: ofDays, buckets } = decoded as unknown as Record<string, { usedMicros?: string }[]>;
      expect(days).toHaveLength((ofDays ?? buckets ?? []).length);
      for (const { usedMicros } of ofDays ?? [])
        expect(days.map(({ used }) => used)).toContain(amountOf(usedMicros));
    }
  });
});
