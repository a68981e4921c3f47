import { readdirSync, readFileSync } from 'node:fs';
import type { DialectName } from '../../packages/dialects/src/index.ts';

/** Any JSON document. */
export type Json = string | number | boolean | null | Json[] | { [member: string]: Json };

/** One step on the way to the world that a case is about; README.md says which call each verb is. */
export interface Step {
  at?: string;
  times?: number;
  as?: string;
  dialect?: DialectName;
  idempotencyKey?: string;
  grant?: Record<string, Json>;
  debit?: Record<string, Json>;
  hold?: Record<string, Json>;
  refund?: { of: string; amount?: string };
  revokeKey?: string;
  close?: true;
  request?: true;
}

/** The world before the request; all of it can be made through Scrip's own API. */
export interface Given {
  clock?: string;
  account?: { id: string; timezone?: string };
  keys?: string[];
  steps?: Step[];
}

/** One request to a vendor's route, or a spend in a vendor's dialect. */
export interface CorpusRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[]>;
  body?: Json;
}

/** The reply: `text` is the body to the byte, `json` the body as a document. */
export interface CorpusReply {
  status: number;
  headers: Record<string, string>;
  json?: Json;
  text?: string;
  varies?: string[];
}

/** The call of this repository's encoder that makes the reply. */
export interface EncodeCall {
  call: 'encodeBalance' | 'encodeCredits' | 'encodeUsage' | 'encodeRefusal';
  input: Json;
  options?: { language?: 'fr' | 'en'; format?: 'json' | 'xml' };
}

/** One file of the corpus; README.md describes each member. */
export interface CorpusCase {
  name: string;
  source: 'S' | 'D' | 'O' | 'C';
  note?: string;
  given: Given | null;
  request: CorpusRequest;
  reply: CorpusReply;
  servedByUs: boolean;
  encode?: EncodeCall;
  reads: 'balance' | 'usage';
  decoded?: Json;
  refusal?: Json;
  unreadable?: Json;
}

/** A case and where it stands, such as `voxpria/usage-cents`. */
export interface CorpusEntry {
  vendor: DialectName;
  path: string;
  case: CorpusCase;
}

/** Every case of a vendor, by file name. */
export function loadCorpus(vendor: DialectName): CorpusEntry[] {
  const folder = new URL(`./${vendor}/`, import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.toSorted().map((file) => ({
    vendor,
    path: `${vendor}/${file.slice(0, -'.json'.length)}`,
    case: JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as CorpusCase,
  }));
}

/** The body to send for a reply, or to read: its text, or its document in compact JSON. */
export function bodyOf(reply: CorpusReply): string {
  return reply.text ?? JSON.stringify(reply.json);
}
