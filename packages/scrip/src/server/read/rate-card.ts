import type { PublishRateCard } from '../../core/command.ts';
import type { Price } from '../../core/rate-card.ts';
import type { Issue } from '../problem.ts';
import { refuseIssues } from '../problem.ts';
import type { RateCardBody } from '../schemas/rate-card.ts';
import { readMicros } from './amount.ts';
import { checkText } from './text.ts';

const ACTION = /^[A-Za-z0-9._-]{1,64}$/;

type PriceInput = RateCardBody['actions'][string];

/** The command that publishes a rate card; throws `RefusedRequest` when its members do not make one. */
export function readRateCard({ pools, actions }: RateCardBody): PublishRateCard {
  const issues: Issue[] = [];
  const seen = new Set<string>();
  for (const [index, { id, unit }] of (pools ?? []).entries()) {
    if (seen.has(id)) issues.push({ pointer: `/pools/${index}/id`, detail: 'stands twice.' });
    seen.add(id);
    checkText(unit, `/pools/${index}/unit`, issues);
  }
  // In the order of their names: two cards that differ in nothing else are the same card.
  const prices = Object.entries(actions)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([action, price]) =>
      isName(action, issues) ? [[action, readPrice(action, price, issues)] as const] : [],
    );
  refuseIssues(issues);
  return {
    kind: 'PublishRateCard',
    pools: pools?.map(({ id, decimals, unit }) => ({ id, decimals, unit })) ?? null,
    actions: Object.fromEntries(prices),
  };
}

/** What stands under another name is not looked at: the schema knows members by names without line breaks only. */
function isName(action: string, issues: Issue[]): boolean {
  if (ACTION.test(action)) return true;
  issues.push({
    pointer: `/actions/${action}`,
    detail: 'must be named by 1 to 64 letters, digits, dots, underscores or hyphens.',
  });
  return false;
}

function readPrice(action: string, input: PriceInput, issues: Issue[]): Price {
  const pointer = `/actions/${action}`;
  checkText(input.unit, `${pointer}/unit`, issues);
  const perMicros = readMicros(input.per ?? 1, `${pointer}/per`, issues);
  if (perMicros === 0n) issues.push({ pointer: `${pointer}/per`, detail: 'must be above 0.' });
  return {
    pool: input.pool,
    amountMicros: readMicros(input.amount, `${pointer}/amount`, issues),
    perMicros,
    unit: input.unit ?? 'call',
    rounding: input.rounding ?? 'exact',
    minimumMicros: readMicros(input.minimum ?? 0, `${pointer}/minimum`, issues),
  };
}
