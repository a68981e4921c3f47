import { describe, expect, it } from 'vitest';
import { vendorOf } from './vendor-of.ts';

describe('vendorOf', () => {
  it.each([
    ['/v1/me', 'voicepartner'],
    ['/v1/me/some-key?_format=xml', 'voicepartner'],
    ['/v1/me%ZZ', 'voicepartner'],
    ['/v1/%6de/some-key', 'voicepartner'],
    ['/%76%31/me/some-key', 'voicepartner'],
    ['http://127.0.0.1:8787/v1/me/some-key', 'voicepartner'],
    [`/v1/me/${'k'.repeat(20_000)}`, 'voicepartner'],
    ['/v1/credits', 'supertone'],
    ['/v1/creditsandmore', 'supertone'],
    ['/v1/usage?start_time=x', 'supertone'],
    ['/api/v1', 'voxpria'],
    ['/api/v1/credits/usage', 'voxpria'],
    ['/v2', 'ocean'],
    ['/v2/credits/balance#part', 'ocean'],
  ])('knows %s', (url, vendor) => {
    expect(vendorOf(url)).toBe(vendor);
  });

  it.each([
    '/',
    '',
    '*',
    '/v1',
    '/v1/',
    '/scrip/v1/accounts?next=/v1/me',
    '/docs/v2',
    '/V1/me',
    '//v2',
    'x:y',
  ])('leaves %s to Scrip itself', (url) => {
    expect(vendorOf(url)).toBeNull();
  });
});
