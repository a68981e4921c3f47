import { describe, expect, it } from 'vitest';
import { createKeyOwners } from './key-owners.ts';

function open(packedBytes = 8192) {
  const asked: string[] = [];
  const owners = new Map([['digest', 'acme']]);
  let whileReading = () => {};
  const keyOwners = createKeyOwners({
    read: async (digest) => {
      asked.push(digest);
      const owner = owners.get(digest) ?? null;
      whileReading();
      return owner;
    },
    packedBytes,
  });
  return {
    ...keyOwners,
    asked,
    owners,
    onRead: (act: () => void) => {
      whileReading = act;
    },
  };
}

describe('the owners of keys', () => {
  it('are asked for once', async () => {
    const { find, asked } = open();
    expect([await find('digest'), await find('digest')]).toEqual(['acme', 'acme']);
    expect(asked).toEqual(['digest']);
  });

  it('are remembered only where there is one', async () => {
    const { find, owners } = open();
    expect(await find('other')).toBeNull();
    owners.set('other', 'acme');
    expect(await find('other')).toBe('acme');
  });

  it('are asked for again once their key has changed', async () => {
    const { find, forget, owners } = open();
    await find('digest');
    owners.delete('digest');
    forget('digest');
    expect(await find('digest')).toBeNull();
  });

  it('are not remembered from a look-up during which a key changed', async () => {
    const { find, forget, owners, onRead } = open();
    onRead(() => {
      owners.delete('digest');
      forget('digest');
    });
    expect(await find('digest')).toBe('acme');
    expect(await find('digest')).toBeNull();
  });
});
