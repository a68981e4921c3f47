import type { DialectName, Problem, Refusal, Reply } from '@scrip/dialects';
import type { FastifyRequest } from 'fastify';
import type { AccountState } from '../../core/account.ts';
import { OPERATOR_STREAM } from '../../core/account.ts';
import type { Answer } from '../../ledger/answer.ts';
import { whenAnswered } from '../../ledger/answer.ts';
import type { Ledger } from '../../ledger/ledger.ts';
import type { FindKeyHolder, KeyHolder } from '../key-holder.ts';
import { readCredential } from './credential.ts';
import type { RequestTarget } from './request-target.ts';
import { singleParameter } from './request-target.ts';
import type { VendorLimits } from './vendor-limits.ts';
import type { VendorSettings } from './vendor-settings.ts';

/** What the vendors' routes need. */
export interface VendorDeps {
  readonly ledger: Ledger;
  readonly settings: VendorSettings;
  readonly limits: VendorLimits;
  readonly findKeyHolder: FindKeyHolder;
}

/** An admitted read of an account by one of its keys. */
export interface VendorRead {
  readonly account: AccountState;
  readonly query: URLSearchParams;
  readonly deps: VendorDeps;
}

export type VendorAnswer =
  | { readonly ok: true; readonly reply: Reply }
  | { readonly ok: false; readonly refusal: Refusal };

/** One documented path of a vendor. */
export interface VendorRoute {
  readonly vendor: DialectName;
  /** As it is documented; `:apiKey` stands for the key where it is part of the path. */
  readonly path: string;
  readonly summary: string;
  readonly answer: (read: VendorRead) => Answer<VendorAnswer>;
}

/**
 * Finds the account of the request's key and counts the read. What is wrong with other parameters is told afterwards,
 * and only to a caller with a key.
 */
export function readAccount(
  vendor: DialectName,
  {
    request,
    target,
  }: { readonly request: Pick<FastifyRequest, 'raw' | 'headers'>; readonly target: RequestTarget },
  { limits, findKeyHolder }: Pick<VendorDeps, 'limits' | 'findKeyHolder'>,
): Answer<AccountRead> {
  const credential = readCredential(vendor, request, target);
  if (!credential.ok) return credential;
  const find = () => findKeyHolder(credential.secret);
  return whenAnswered(find(), (holder) => {
    if (!isCustomers(holder)) return refuse({ code: 'credential-unknown' });
    const { account, key } = holder;
    const admitted = limits.admitRead(vendor, { accountId: account.id, digest: key.digest });
    if (admitted === null) return readOf(holder);
    // While that is written, the key may be revoked and the account changed.
    return whenAnswered(admitted, (refusal) =>
      refusal === null ? whenAnswered(find(), readOf) : refuse(refusal),
    );
  });
}

function isCustomers(holder: KeyHolder | null): holder is KeyHolder {
  return holder !== null && holder.account.id !== OPERATOR_STREAM;
}

function readOf(holder: KeyHolder | null): AccountRead {
  if (!isCustomers(holder)) return refuse({ code: 'credential-unknown' });
  const { account } = holder;
  return account.closedAtMs === null ? { ok: true, account } : refuse({ code: 'account-closed' });
}

type AccountRead =
  | { readonly ok: true; readonly account: AccountState }
  | { readonly ok: false; readonly refusal: Refusal };

function refuse(refusal: Refusal): AccountRead {
  return { ok: false, refusal };
}

/** A parameter's value, undefined where there is none; given more than once it is a problem. */
export function readParameter(query: URLSearchParams, name: string, problems: Problem[]): string | undefined {
  const { value, isOnce } = singleParameter(query, name);
  if (!isOnce) problems.push(parameterProblem(name, 'must be given once, as plain text', 'repeated'));
  return value;
}

export function parameterProblem(name: string, message: string, type: string): Problem {
  return { in: 'query', path: [name], message, type };
}

export function invalidParameters(problems: readonly Problem[]): VendorAnswer {
  return { ok: false, refusal: { code: 'invalid-request', problems } };
}
