import type { FastifyRequest } from 'fastify';
import type { OperatorRole } from '../core/account.ts';
import { OPERATOR_STREAM } from '../core/account.ts';
import type { AppDeps } from './app-deps.ts';
import { RefusedRequest } from './problem.ts';
import { isAccountId } from './read/text.ts';
import { countHeader } from './request-headers.ts';

/** Who asks: a key of the operator's, or a customer's key of one account. */
export type Principal =
  | { readonly kind: 'operator'; readonly keyId: string; readonly role: OperatorRole }
  | { readonly kind: 'account'; readonly keyId: string; readonly accountId: string };

declare module 'fastify' {
  interface FastifyRequest {
    principal: Principal | null;
  }
}

/** Who may call a route. */
export interface Access {
  /** The least role that an operator's key needs. */
  readonly role: OperatorRole;
  /** True: a customer's key may call it for its own account. */
  readonly own?: boolean;
}

export type Authorise = (access: Access) => (request: FastifyRequest) => Promise<void>;

interface AuthDeps extends Pick<AppDeps, 'ledger'> {
  readonly keyDigest: (key: string) => string;
}

const RANKS: Readonly<Record<OperatorRole, number>> = { read: 0, spend: 1, admin: 2 };

/**
 * Makes the hooks that let a request through. Keys are looked up in the durable state each time, so that a revocation
 * counts from the moment that it is acknowledged.
 */
export function createAuthorise(deps: AuthDeps): Authorise {
  return ({ role, own = false }) =>
    async (request) => {
      const principal = await identify(request, deps);
      request.principal = principal;
      const { accountId } = request.params as { accountId?: string };
      if (principal.kind === 'account') checkCustomer(principal, { accountId, own });
      else if (RANKS[principal.role] < RANKS[role])
        throw forbidden(`This needs a key with the role "${role}".`);
      // No text that cannot be an account's id reaches the ledger: its own streams have such names.
      if (accountId !== undefined && !isAccountId(accountId)) throw accountNotFound();
    };
}

/** Another account's resources do not exist for a customer; of its own, it may read what the route list says. */
function checkCustomer(
  principal: Extract<Principal, { kind: 'account' }>,
  { accountId, own }: { accountId: string | undefined; own: boolean },
): void {
  if (accountId !== undefined && accountId !== principal.accountId) throw accountNotFound();
  if (!own) throw forbidden("An account's key reads its own account's balance, lots, entries and usage.");
}

async function identify(request: FastifyRequest, { ledger, keyDigest }: AuthDeps): Promise<Principal> {
  const digest = keyDigest(readBearer(request));
  const owner = await ledger.keyOwner(digest);
  const state = owner === null ? null : await ledger.account(owner);
  const key = state?.keys.find((candidate) => candidate.digest === digest);
  if (state === null || key === undefined || state.closedAtMs !== null) throw unknownKey();
  if (state.id !== OPERATOR_STREAM) return { kind: 'account', keyId: key.id, accountId: state.id };
  return { kind: 'operator', keyId: key.id, role: key.role ?? 'read' };
}

function readBearer(request: FastifyRequest): string {
  const { authorization } = request.headers;
  if (authorization === undefined)
    throw unauthorised('credential-missing', 'Send your key as "Authorization: Bearer KEY".');
  if (countHeader(request, 'authorization') > 1)
    throw unauthorised('credential-repeated', 'Send the Authorization header once.');
  const key = /^bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
  if (key === undefined)
    throw unauthorised('credential-missing', 'Send your key as "Authorization: Bearer KEY".');
  return key;
}

function unknownKey(): RefusedRequest {
  return unauthorised(
    'credential-unknown',
    'No open account and no operator has this key, or it was revoked.',
  );
}

function unauthorised(
  code: 'credential-missing' | 'credential-unknown' | 'credential-repeated',
  detail: string,
): RefusedRequest {
  return new RefusedRequest({ code, detail, headers: { 'www-authenticate': 'Bearer' } });
}

function forbidden(detail: string): RefusedRequest {
  return new RefusedRequest({ code: 'forbidden', detail });
}

export function accountNotFound(): RefusedRequest {
  return new RefusedRequest({ code: 'account-not-found', detail: 'No account has this id.' });
}
