import type { FastifyRequest } from 'fastify';
import { expect, it } from 'vitest';
import { OPEN, grant, openSampleLedger } from '../../../../../test/support/sample-ledger.ts';
import type { Refusal } from '@scrip/dialects';
import { createMemoryStore } from '../../stores/memory/memory-store.ts';
import { digestApiKey } from '../api-key.ts';
import { createFindKeyHolder } from '../key-holder.ts';
import { readTarget } from './request-target.ts';
import { readAccount } from './vendor-read.ts';

async function openRead() {
  const { ledger, change } = await openSampleLedger(createMemoryStore());
  const add = { kind: 'AddKey', keyId: 'k', digest: digestApiKey('the-key', 'pepper'), role: null } as const;
  await change('acme', 'open', OPEN);
  await change('acme', 'add', add);
  let admit: (refusal: Refusal | null) => void = () => {};
  const admitted = new Promise<Refusal | null>((resolve) => {
    admit = resolve;
  });
  const limits = { admitRead: () => admitted } as unknown as Parameters<typeof readAccount>[2]['limits'];
  const request = {
    headers: { 'x-sup-api-key': 'the-key' },
    raw: { rawHeaders: ['x-sup-api-key', 'the-key'] },
  } as unknown as FastifyRequest;
  const read = readAccount(
    'supertone',
    { request, target: readTarget('/v1/credits') },
    { limits, findKeyHolder: createFindKeyHolder(ledger, 'pepper') },
  );
  return { change, read, admit };
}

it('a read whose admission takes its time is of the account as it is after that', async () => {
  const { change, read, admit } = await openRead();
  await change('acme', 'g', grant(50n));
  admit(null);
  expect(await read).toMatchObject({ ok: true, account: { pools: [{ settledMicros: 50_000_000n }] } });
});

it.each([
  ['credential-unknown', { kind: 'RevokeKey', keyId: 'k' }],
  ['account-closed', { kind: 'CloseAccount' }],
] as const)(
  'a read is refused with %s where that comes true before it is admitted',
  async (code, command) => {
    const { change, read, admit } = await openRead();
    await change('acme', 'meanwhile', command);
    admit(null);
    expect(await read).toMatchObject({ ok: false, refusal: { code } });
  },
);
