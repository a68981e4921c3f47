import { describe, expect, it } from 'vitest';
import { parameterValues, readTarget } from './request-target.ts';

describe('readTarget', () => {
  it('decodes each segment for itself', () => {
    expect(readTarget('/v1/me/a%2Fb%20c').segments).toEqual(['v1', 'me', 'a/b c']);
  });

  it('takes an absolute address for its path', () => {
    expect(readTarget('http://localhost:1/v2/credits?x=1').segments).toEqual(['v2', 'credits']);
  });

  it('has no segments where one cannot be decoded', () => {
    expect(readTarget('/v1/me/%zz?apiKey=a').segments).toBeNull();
  });

  it('takes a fragment for the end of the path, as the router does', () => {
    expect(readTarget('/v1/me#x?apiKey=a').segments).toEqual(['v1', 'me']);
  });

  it('reads a query that no parser can be sure of without failing', () => {
    const { query } = readTarget('/v2?a=%zz&b=1+2&&c');
    expect([...query]).toEqual([
      ['a', '%zz'],
      ['b', '1 2'],
      ['c', ''],
    ]);
  });
});

describe('parameterValues', () => {
  it('counts every way of writing a parameter', () => {
    const { query } = readTarget('/v2?key=a&key[]=b&key[0]=c&key%5B%5D=d&keyed=e&KEY=f');
    expect(parameterValues(query, 'key')).toEqual(['a', 'b', 'c', 'd']);
  });
});
