import type { Failure } from './failure.ts';

/** What can go wrong when a vendor is asked. The vendor's own words stand in the message, and never the key. */
export const vendorFailures = {
  'vendor-key-missing': {
    exit: 'notAuthorised',
    says: '…No key for …: set ….',
    remedy: 'Set VOICEPARTNER_API_KEY, SUPERTONE_API_KEY, VOXPRIA_API_KEY or OCEAN_API_TOKEN.',
  },
  'vendor-key-invalid': {
    exit: 'notAuthorised',
    says: '…The key for … holds a space or another character that no key has.',
    remedy: "Set the vendor's variable again, without spaces or quotes around the key.",
  },
  'vendor-key-refused': {
    exit: 'notAuthorised',
    says: '… refused the key: …',
    remedy: "Set the vendor's variable to a key that is valid there, and check that it is the vendor's own.",
  },
  'vendor-url-invalid': {
    exit: 'failure',
    says: '…The address of … …',
    remedy:
      'Correct VOICEPARTNER_BASE_URL, SUPERTONE_BASE_URL, VOXPRIA_BASE_URL or OCEAN_BASE_URL, or unset it.',
  },
  'vendor-limited': {
    exit: 'failure',
    says: '… takes no more requests now: …',
    remedy: 'Try again later: the vendor limits how often a key may ask.',
  },
  'vendor-unreachable': {
    exit: 'failure',
    says: '… cannot be reached at … (…).',
    remedy: "Check the network, and the vendor's address where one is set.",
  },
  'vendor-no-answer': {
    exit: 'failure',
    says: '…No whole reply: …',
    remedy: "Try again. If it stays so, check the vendor's address where one is set.",
  },
  'vendor-fault': {
    exit: 'failure',
    says: '… has a fault: …',
    remedy: 'Try again later: it is the vendor that failed.',
  },
  'vendor-reply-odd': {
    exit: 'failure',
    says: "…'s reply …",
    remedy:
      "Check the vendor's address, where one is set: what answers there is not as the vendor documents it.",
  },
  'vendor-redirects': {
    exit: 'failure',
    says: '… at … sends to …, where the key was not sent. Check the address.',
    remedy: "Set the vendor's address to where it really is.",
  },
  'vendor-not-found': {
    exit: 'failure',
    says: '… has nothing at this address: …',
    remedy: "Check the vendor's address, where one is set.",
  },
  'vendor-refused': {
    exit: 'failure',
    says: '… refused the request: …',
    remedy: "Check the vendor's address, where one is set, and what was asked for.",
  },
} as const satisfies Readonly<Record<string, Failure>>;
