import type { Key, NewKey, NewOperatorKey, OperatorKey, Page } from '@scrip/client';
import type { ApiFlags } from './api-command.ts';
import { connect, showReply } from './api-command.ts';
import { timeCell } from './cell.ts';
import type { IdFlag } from './charge-flags.ts';
import { changeId } from './charge-flags.ts';
import { noteDone } from './guard-output.ts';
import type { PageFlags } from './page-flags.ts';
import { pageQuery, sayNext } from './page-flags.ts';
import { readSecret } from './read-secret.ts';
import { formatRecord, formatTable } from './table.ts';
import { emphasise, say, soften, writeData, writtenData } from './terminal.ts';

/** What the API is asked about keys, of an account or of the operator: the path says whose. */

export interface NewKeyFlags extends ApiFlags, IdFlag {
  readonly name?: string;
  readonly role?: string;
}

type AnyNewKey = NewKey | NewOperatorKey;
type AnyKey = Key | OperatorKey;

/** `revoke` is the command that revokes the key, up to its id. */
export async function addKey(path: readonly string[], flags: NewKeyFlags, revoke: string): Promise<void> {
  const { name, role } = flags;
  const reply = await connect().call<AnyNewKey>({
    method: 'POST',
    path,
    body: { name, role },
    id: changeId(flags),
    needs: ['id', 'secret'],
  });
  const { id, secret } = reply.value;
  if (secret !== null)
    noteDone(
      'The key was made',
      `Its secret is kept nowhere and was not shown, so revoke it: ${revoke} ${id}`,
    );
  showReply(reply, flags, (key) =>
    formatRecord([...describeKey(key), ['secret', secret], ['made', timeCell(key.createdAt)]], soften),
  );
  await writtenData();
  say(
    secret === null
      ? `Its secret was shown when it was made, and is kept nowhere. If it is lost: ${revoke} ${id}`
      : 'The secret is shown only now.',
  );
}

export async function importKey(path: readonly string[], flags: NewKeyFlags, whose: string): Promise<void> {
  const { name, role } = flags;
  const client = connect();
  const secret = await readSecret(`Key of ${whose}`);
  const reply = await client.call<AnyNewKey>({
    method: 'POST',
    path,
    body: { name, role, secret },
    id: changeId(flags),
    needs: ['id', 'secret'],
  });
  // The reply repeats the key, which whoever imports it has, and a log of what was printed must not.
  showReply({ ...reply, text: JSON.stringify({ ...reply.value, secret: null }) }, flags, (key) =>
    formatRecord([...describeKey(key), ['imported', timeCell(key.createdAt)]], soften),
  );
}

function describeKey(key: AnyNewKey): [string, string | null][] {
  const role: [string, string | null][] = 'role' in key ? [['role', key.role]] : [];
  return [['key', key.id], ['name', key.name], ...role];
}

export async function listKeys(
  path: readonly string[],
  flags: ApiFlags & PageFlags,
  { withRoles }: { withRoles: boolean },
): Promise<void> {
  const reply = await connect().call<Page<Key> | Page<OperatorKey>>({
    method: 'GET',
    path,
    query: pageQuery(flags),
    needs: ['data'],
  });
  const role = { header: 'ROLE', value: (key: AnyKey) => ('role' in key ? key.role : null) };
  showReply(reply, flags, ({ data }) =>
    formatTable<AnyKey>(
      [
        { header: 'KEY', value: ({ id }) => id },
        { header: 'NAME', value: ({ name }) => name },
        ...(withRoles ? [role] : []),
        { header: 'MADE', value: ({ createdAt }) => timeCell(createdAt) },
      ],
      data,
      emphasise,
    ),
  );
  sayNext(reply.value.next);
}

export async function revokeKey(
  path: readonly string[],
  id: string,
  { json = false }: ApiFlags,
): Promise<void> {
  await connect().call({ method: 'DELETE', path: [...path, id], effect: 'once', needs: [] });
  if (json) writeData(JSON.stringify({ id, revoked: true }));
  else say('Revoked.');
}
