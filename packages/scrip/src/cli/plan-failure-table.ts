import type { Failure } from './failure.ts';

/** What can go wrong with targets, and with a plan that is checked against them. */
export const planFailures = {
  'no-target': {
    exit: 'usage',
    says: "No target is named, and no vendor's key is in the environment.",
    remedy:
      'Set VOICEPARTNER_API_KEY, SUPERTONE_API_KEY, VOXPRIA_API_KEY or OCEAN_API_TOKEN, or name an account of the server at SCRIP_URL.',
  },
  'file-unwritable': {
    exit: 'failure',
    says: '… cannot be written: ….',
    remedy: 'Name a file in a directory that this user may write to.',
  },
  'usage-not-told': {
    exit: 'usage',
    says: '… does not tell what was used….',
    remedy: 'Supertone and Voxpria do, by day, and so does an account of a Scrip.',
  },
  'usage-range-invalid': {
    exit: 'usage',
    says: '--start and --end must be days, written YYYY-MM-DD, and --end not before --start.',
    remedy: 'Correct the days.',
  },
  'plan-missing': {
    exit: 'usage',
    says: 'There is nothing to check.',
    remedy: 'Say what is planned with --for, --need or --campaign.',
  },
  'campaign-invalid': {
    exit: 'usage',
    says: '… cannot be read as a campaign: ….',
    remedy: 'Its first line is action,quantity; each line below it has an action and how much of it.',
  },
  'prices-invalid': {
    exit: 'usage',
    says: '… is no rate card: ….',
    remedy:
      '"scrip rate-card show --json" prints one to start from; docs/watching.md says what stands in it.',
  },
  'action-not-sold': {
    exit: 'usage',
    says: '… has no price at ….',
    remedy: 'Name one of the actions that are listed, or give other prices with --rate-card.',
  },
  'pool-not-there': {
    exit: 'usage',
    says: '… is no pool of ….',
    remedy: 'Name one of the pools that are listed.',
  },
  'pool-unnamed': {
    exit: 'usage',
    says: '… has more than one pool: ….',
    remedy: 'Say of which, as in: --need email=500',
  },
  'amount-too-large': {
    exit: 'usage',
    says: '… comes to more than an amount can be.',
    remedy: 'Correct the quantity.',
  },
  'balance-unknown': {
    exit: 'failure',
    says: '… answers, and does not say how much there is of …: unknown is not enough.',
    remedy: "Look at the vendor's own page, and check again when it tells its balance.",
  },
  'does-not-fit': {
    exit: 'no',
    says: 'It does not fit: … missing.',
    remedy: 'Buy at least what is missing, then check again.',
  },
} as const satisfies Readonly<Record<string, Failure>>;
