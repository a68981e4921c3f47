import { describe, expect, it } from 'vitest';
import { shapeApiAccess } from './api-access.ts';

const shape = (url?: string, key?: string) => shapeApiAccess({ url, key });

describe('the access to a server', () => {
  it('is to this machine where nothing is set', () => {
    expect(shape()).toEqual({ url: 'http://127.0.0.1:8787', key: null });
  });

  it('keeps a path and drops the slash at its end', () => {
    expect(shape('https://credits.example/scrip/', 'k').url).toBe('https://credits.example/scrip');
  });

  it.each(['8787', '127.0.0.1:8787', 'ftp://a', 'not an address', 'http://'])(
    'is refused to the address %s',
    (url) => {
      expect(() => shape(url)).toThrow(/SCRIP_URL is not the address of a server/);
    },
  );

  it.each(['http://user:pass-word@a', 'http://a/?key=pass-word', 'http://a/#pass-word'])(
    'is refused to %s without repeating what may be a secret',
    (url) => {
      expect(() => shape(url)).toThrow(/^(?!.*pass-word).*address alone/);
    },
  );

  it.each(['two words', 'line\nbreak', 'clé', ' '])(
    'is refused with the key %j without repeating it',
    (key) => {
      expect(() => shape(undefined, key)).toThrow(/^SCRIP_KEY holds a space or another character/);
    },
  );
});
