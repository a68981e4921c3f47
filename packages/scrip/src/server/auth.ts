import type { FastifyRequest, HookHandlerDoneFunction, onRequestHookHandler } from 'fastify';
import type { OperatorRole } from '../core/account.ts';
import { OPERATOR_STREAM } from '../core/account.ts';
import type { Answer } from '../ledger/answer.ts';
import { whenAnswered } from '../ledger/answer.ts';
import type { FindKeyHolder } from './key-holder.ts';
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

export type Authorise = (access: Access) => onRequestHookHandler;

const RANKS: Readonly<Record<OperatorRole, number>> = { read: 0, spend: 1, admin: 2 };

/** Makes the hooks that let a request through. */
export function createAuthorise(findKeyHolder: FindKeyHolder): Authorise {
  return (access) =>
    requestHook((request) =>
      whenAnswered(identify(request, findKeyHolder), (principal) => {
        request.principal = principal;
        checkAccess(principal, access, request.params as { accountId?: string });
      }),
    );
}

function checkAccess(
  principal: Principal,
  { role, own = false }: Access,
  { accountId }: { readonly accountId?: string },
): void {
  if (principal.kind === 'account') checkCustomer(principal, { accountId, own });
  else if (RANKS[principal.role] < RANKS[role]) throw forbidden(`This needs a key with the role "${role}".`);
  // No text that cannot be an account's id reaches the ledger: its own streams have such names.
  if (accountId !== undefined && !isAccountId(accountId)) throw accountNotFound();
}

/** A hook that goes on at once where nothing has to be waited for. */
function requestHook(run: (request: FastifyRequest) => Answer<void>): onRequestHookHandler {
  return (request, _reply, done) => {
    let running: Answer<void>;
    try {
      running = run(request);
    } catch (error) {
      // Not at once: node may still be reading what came with the request, and what it finds there is to be refused first.
      running = Promise.reject(error);
    }
    if (running instanceof Promise) void finish(running, done);
    else done();
  };
}

async function finish(running: Promise<void>, done: HookHandlerDoneFunction): Promise<void> {
  let failure: Error | undefined;
  try {
    await running;
  } catch (error) {
    failure = error as Error;
  }
  done(failure);
}

/** Another account's resources do not exist for a customer; of its own, it may read what the route list says. */
function checkCustomer(
  principal: Extract<Principal, { kind: 'account' }>,
  { accountId, own }: { accountId: string | undefined; own: boolean },
): void {
  if (accountId !== undefined && accountId !== principal.accountId) throw accountNotFound();
  if (!own) throw forbidden("An account's key reads its own account's balance, lots, entries and usage.");
}

function identify(request: FastifyRequest, findKeyHolder: FindKeyHolder): Answer<Principal> {
  return whenAnswered(findKeyHolder(readBearer(request)), (holder) => {
    if (holder === null || holder.account.closedAtMs !== null) throw unknownKey();
    const { account, key } = holder;
    if (account.id !== OPERATOR_STREAM) return { kind: 'account', keyId: key.id, accountId: account.id };
    if (key.role === null) throw new Error(`the operator's key ${key.id} has no role`);
    return { kind: 'operator', keyId: key.id, role: key.role };
  });
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
