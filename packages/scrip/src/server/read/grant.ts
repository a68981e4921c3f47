import type { GrantCredits, MoneyPrice } from '../../core/command.ts';
import type { Rollover } from '../../core/account.ts';
import type { Issue } from '../problem.ts';
import { refuseIssues } from '../problem.ts';
import type { GrantBody } from '../schemas/grant.ts';
import { readMicros } from './amount.ts';
import { readInstantOrNull } from './instant.ts';
import { checkText } from './text.ts';

/** The command that a grant's body asks for; throws `RefusedRequest` when its members do not go together. */
export function readGrant(body: GrantBody): GrantCredits {
  const issues: Issue[] = [];
  if (body.kind === 'recurring' && body.every === undefined)
    issues.push({ pointer: '/every', detail: 'is missing: a recurring grant needs a period.' });
  if (body.kind === 'one-time' && body.every !== undefined)
    issues.push({ pointer: '/every', detail: 'is for recurring grants only.' });
  if (body.kind === 'one-time' && body.rollover !== undefined && body.rollover !== 'none')
    issues.push({ pointer: '/rollover', detail: 'is for recurring grants only.' });
  checkText(body.note, '/note', issues);
  const command: GrantCredits = {
    kind: 'GrantCredits',
    pool: body.pool,
    amountMicros: readMicros(body.amount, '/amount', issues),
    lotKind: body.kind,
    every: body.every ?? null,
    rollover: readRollover(body.rollover, issues),
    startsAtMs: readInstantOrNull(body.startsAt, '/startsAt', issues),
    expiresAtMs: readInstantOrNull(body.expiresAt, '/expiresAt', issues),
    priority: body.priority ?? 0,
    price: readPrice(body.price, issues),
    source: body.source ?? 'purchase',
  };
  refuseIssues(issues);
  return command;
}

function readRollover(rollover: GrantBody['rollover'], issues: Issue[]): Rollover {
  if (rollover === undefined) return 'none';
  if (typeof rollover === 'string') return rollover;
  return { maxMicros: readMicros(rollover.max, '/rollover/max', issues) };
}

function readPrice(price: GrantBody['price'], issues: Issue[]): MoneyPrice | null {
  if (price === undefined) return null;
  return { amountMicros: readMicros(price.amount, '/price/amount', issues), currency: price.currency };
}
