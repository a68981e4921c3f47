import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dialectNames } from '../../packages/dialects/src/index.ts';
import { createMemoryLimitStore } from '../../packages/scrip/src/stores/memory/limit-store.ts';
import { createMemoryStore } from '../../packages/scrip/src/stores/memory/memory-store.ts';
import { openSqliteLimitStore } from '../../packages/scrip/src/stores/sqlite/limit-store.ts';
import { openSqliteStore } from '../../packages/scrip/src/stores/sqlite/sqlite-store.ts';
import type { CorpusReply, Json } from './corpus.ts';
import { loadCorpus } from './corpus.ts';
import type { ServedCorpus, ServedReply } from './serve-case.ts';
import { openServedCorpus } from './serve-case.ts';

const cases = dialectNames
  .flatMap((vendor) => loadCorpus(vendor))
  .filter((entry) => entry.case.servedByUs && entry.case.given !== null)
  .map((entry) => ({ ...entry, title: `${entry.path}: ${entry.case.name}` }));

const directories: string[] = [];
const STORES = {
  memory: async () => ({ store: createMemoryStore(), limits: createMemoryLimitStore() }),
  SQLite: async (now: () => number) => {
    const directory = mkdtempSync(join(tmpdir(), 'scrip-corpus-'));
    directories.push(directory);
    return {
      store: await openSqliteStore({ directory, idsKeptMs: 86_400_000, now }),
      limits: await openSqliteLimitStore(directory),
    };
  },
};

describe.each(['memory', 'SQLite'] as const)('a server over %s answers as the corpus says', (name) => {
  let served: ServedCorpus;
  beforeAll(async () => {
    served = await openServedCorpus(STORES[name]);
  });
  afterAll(async () => {
    await served.close();
    for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
  });

  it.each(cases)('$title', async (entry) => {
    const reply = await served.answer(entry.case);
    expect(servedParts(reply, entry.case.reply)).toEqual(expectedParts(entry.case.reply));
    for (const key of entry.case.given?.keys ?? []) expect(reply.body).not.toContain(key);
  });
});

interface Compared {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Json;
}

/** The parts of a case's reply that README.md says to compare. */
function expectedParts({ status, headers, json, text = '', varies = [] }: CorpusReply): Compared {
  const free = varies.filter((one) => !one.startsWith('/')).map((name) => [name, 'any value']);
  const body = json === undefined ? text : without(structuredClone(json), varies);
  return { status, headers: { ...headers, ...Object.fromEntries(free) }, body };
}

/** The same parts of what was served. */
function servedParts(reply: ServedReply, expected: CorpusReply): Compared {
  const { json, varies = [] } = expected;
  const headers = Object.keys(expectedParts(expected).headers).map((name) => {
    const value = reply.headers[name];
    return [name, varies.includes(name) && value !== undefined ? 'any value' : value];
  });
  const body = json === undefined ? reply.body : without(JSON.parse(reply.body) as Json, varies);
  return { status: reply.status, headers: Object.fromEntries(headers), body };
}

/** The document without what the JSON pointers among `varies` name. */
function without(document: Json, varies: readonly string[]): Json {
  for (const pointer of varies.filter((one) => one.startsWith('/'))) {
    const parts = pointer.split('/').slice(1);
    const last = parts.pop() ?? '';
    let parent: Json | undefined = document;
    for (const part of parts) parent = memberOf(parent, part);
    if (typeof parent === 'object' && parent !== null) Reflect.deleteProperty(parent, last);
  }
  return document;
}

function memberOf(value: Json | undefined, name: string): Json | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as Record<string, Json>)[name] : undefined;
}
