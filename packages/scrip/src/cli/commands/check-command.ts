import type { Command } from 'commander';
import type { RateCard } from '../../core/rate-card.ts';
import type { ApiFlags } from '../api-command.ts';
import { apiCommand, parsePlace } from '../api-command.ts';
import { type BalanceTarget, chooseTargets, TargetArgument, TARGETS_HELP } from '../balance-target.ts';
import { readCampaign } from '../campaign-file.ts';
import { checkShare, sharePlan, type TargetCheck } from '../check-plan.ts';
import { failUnlessFit, formatChecks, renderChecks } from '../check-report.ts';
import { CommandFailure } from '../command-failure.ts';
import { addLine, collectLines, collectNeeds, type Need, type Plan, type PlanLine } from '../plan.ts';
import { accountSeller, type Seller, vendorSeller } from '../seller.ts';
import { asFailure, createBalanceReader } from '../target-balance.ts';
import { writeData } from '../terminal.ts';

type Prices = Pick<RateCard, 'pools' | 'actions'>;

interface CheckFlags extends ApiFlags {
  readonly for?: readonly PlanLine[];
  readonly need?: readonly Need[];
  readonly campaign?: string;
  readonly rateCard?: string;
}

export function checkCommand(): Command {
  return apiCommand('check', {
    description: 'say whether a plan fits the balance (exit 3 where it does not), and what to buy',
    json: 'print what fits and what is missing as JSON',
    examples: [
      'scrip check voxpria --for voice_call=1200 --for sms=5000',
      'scrip check voxpria --campaign campaign.csv && ./start-campaign',
      'scrip check ocean --need email=500 --need phone=20',
      'scrip check voxpria supertone --for sms=500 --for speech=90   # each its own',
      'scrip check acme --for sms=500            # an account of the server',
      'scrip check voxpria --for sms=500 --rate-card our-prices.json',
      '',
      "A campaign's first line, and one of those below it:",
      'action,quantity',
      'voice_call,90',
    ],
  })
    .addArgument(new TargetArgument('[target...]', TARGETS_HELP))
    .option(
      '--for <action=quantity>',
      'an action and how much of it, in seconds where it is priced by time; can be repeated',
      collectLines,
    )
    .option('--need <[pool=]amount>', 'credits without an action; can be repeated', collectNeeds)
    .option(
      '--campaign <file>',
      'a CSV of actions and quantities, each line a debit; - reads standard input',
      parsePlace,
    )
    .option('--rate-card <file>', "prices instead of the vendors' published ones, as JSON", parsePlace)
    .action(async (words: string[], flags: CheckFlags) => {
      const targets = chooseTargets(words);
      const plan = await readPlan(flags);
      const checks = await checkTargets(targets, plan, await readPrices(flags.rateCard));
      const shown = flags.json === true ? renderChecks(checks) : formatChecks(checks);
      if (shown !== '') writeData(shown);
      failUnlessFit(checks);
    });
}

async function readPlan({ for: named = [], need: needs = [], campaign }: CheckFlags): Promise<Plan> {
  const lines = new Map<string, PlanLine>();
  for (const line of named) addLine(lines, line);
  if (campaign !== undefined) for (const line of await readCampaign(campaign)) addLine(lines, line);
  if (lines.size === 0 && needs.length === 0)
    throw CommandFailure.of('plan-missing', 'There is nothing to check.');
  return { lines: [...lines.values()], needs };
}

async function readPrices(file: string | undefined): Promise<Prices | null> {
  if (file === undefined) return null;
  // Loaded here: what reads a rate card weighs more than all else of this command.
  const { readPriceTable } = await import('../price-table.ts');
  return readPriceTable(file);
}

async function checkTargets(
  targets: readonly BalanceTarget[],
  plan: Plan,
  prices: Prices | null,
): Promise<TargetCheck[]> {
  const opened = await Promise.all(
    targets.map(async (target) => openSeller(target, { prices, hasLines: plan.lines.length > 0 })),
  );
  const sellers = opened.filter((seller): seller is Seller => !('failure' in seller));
  const unread = opened.filter((seller): seller is TargetCheck => 'failure' in seller);
  // What a target sells that cannot be asked is not known: the check has failed already, and the rest is told.
  const sold =
    unread.length === 0
      ? plan
      : {
          lines: plan.lines.filter(({ action }) => sellers.some(({ actions }) => actions.includes(action))),
          needs: plan.needs.filter(({ pool }) =>
            sellers.some(({ pools }) => pool === null || pools.includes(pool)),
          ),
        };
  const read = createBalanceReader();
  const checks = await Promise.all(sharePlan(sold, sellers).map(async (share) => checkShare(share, read)));
  const names = targets.map(({ name }) => name);
  return [...checks, ...unread].toSorted(
    (one, other) => names.indexOf(one.target) - names.indexOf(other.target),
  );
}

async function openSeller(
  target: BalanceTarget,
  { prices, hasLines }: { prices: Prices | null; hasLines: boolean },
): Promise<Seller | TargetCheck> {
  if (target.kind === 'vendor') return vendorSeller(target, prices);
  try {
    return await accountSeller(target, { hasLines });
  } catch (error) {
    return { target: target.name, asOf: null, lines: [], pools: [], failure: asFailure(error) };
  }
}
