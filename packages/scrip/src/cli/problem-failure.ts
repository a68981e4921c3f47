import { CommandFailure } from './command-failure.ts';
import type { ExitCode } from './exit-code.ts';
import { exitCode } from './exit-code.ts';
import { hyphenated } from './hyphenated.ts';

/** What the command line reads of a problem of the API. */
interface Problem {
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
  /** What is left to refund; the amount of a hold; what is spent of an overdraft: where the problem is about one. */
  readonly refundable?: string;
  readonly hold?: string;
  readonly used?: string;
}

/** The problem in a reply's text; null when it holds none. */
export function parseProblem(text: string): Problem | null {
  try {
    const value = JSON.parse(text) as Partial<Problem> | null;
    const isProblem =
      typeof value === 'object' && typeof value?.code === 'string' && typeof value.detail === 'string';
    return isProblem ? (value as Problem) : null;
  } catch {
    return null;
  }
}

/** What to do next at a terminal, where the problem's own words speak of routes or leave it open. */
const HINTS: Readonly<Record<string, string | ((problem: Problem) => string)>> = {
  'credential-missing': 'Set SCRIP_KEY to an operator key: the first start of "scrip serve" prints one.',
  'credential-unknown':
    'Set SCRIP_KEY to a key of the server at SCRIP_URL: the first start of "scrip serve" prints one.',
  forbidden: 'Set SCRIP_KEY to a key that may do this.',
  // No command asks for what a server does not have: something stands between its address and the path.
  'not-found': 'Set SCRIP_URL to the address that "scrip serve" prints, without a path.',
  'account-not-found': '"scrip account list" shows the accounts; "scrip account open ID" opens one.',
  'account-exists': '"scrip account show ID" shows it.',
  'grant-not-found': '"scrip grant list ACCOUNT" shows the account\'s grants.',
  'debit-not-found': 'Give the id that the debit was made with, and its account.',
  'hold-not-found': '"scrip hold list ACCOUNT" shows the account\'s holds.',
  'key-not-found':
    '"scrip key list ACCOUNT" shows the account\'s keys, "scrip operator-key list" the operator\'s.',
  'last-admin-key': '"scrip operator-key add --role admin" makes another one.',
  'insufficient-credits':
    '"scrip balance ACCOUNT" shows what there is; "scrip grant give ACCOUNT" gives more.',
  'unknown-action': '"scrip rate-card show" lists the actions.',
  'unknown-pool': '"scrip rate-card show" lists the pools.',
  'too-precise': '"scrip rate-card show" lists the pools and their decimals.',
  'rate-card-not-found': '"scrip rate-card show" shows the current one.',
  'idempotency-mismatch': 'Leave --id away, or choose another one.',
  'capture-exceeds-hold': ({ hold = '?' }) =>
    `The hold is of ${hold}. "--allow-excess" takes the rest from the balance.`,
  'refund-exceeds-debit': ({ refundable = '?' }) => `${refundable} of it can still be refunded.`,
  'overdraft-in-use': ({ used = '?' }) => `${used} of it is spent or held.`,
};

/** The failure that a problem of the API comes to; `isOfFile`: what was asked stood in a file, and not in flags. */
export function problemFailure(
  problem: Problem,
  reply: string,
  { isOfFile, cause }: { readonly isOfFile: boolean; readonly cause: unknown },
): CommandFailure {
  const { code, detail, errors = [] } = problem;
  const message =
    errors.length > 0
      ? errors
          .map((error) => (isOfFile ? `${error.pointer} ${error.detail}` : describeIssue(error)))
          .join('; ')
      : `${problem.title}. ${detail}`;
  return CommandFailure.ofProblem(message, {
    exitCode: exitCodeOf(problem),
    code,
    hint: hintOf(problem),
    reply,
    cause,
  });
}

function hintOf(problem: Problem): string | null {
  const hint = HINTS[problem.code] ?? null;
  return typeof hint === 'function' ? hint(problem) : hint;
}

/** Problems of a value that is wrong for any ledger. */
const WRONG_VALUES: ReadonlySet<string> = new Set(['invalid-request', 'amount-not-positive']);

function exitCodeOf({ status, code }: Problem): ExitCode {
  if (status === 401 || status === 403) return exitCode.notAuthorised;
  // The value came from the command line as it is: whoever typed it is told, as of a wrong flag.
  return WRONG_VALUES.has(code) ? exitCode.usage : exitCode.failure;
}

/** Members that no flag sets: `--id` is the change's id, not the account's. */
const PLACES: Readonly<Record<string, string>> = { '/id': "the account's id" };

/** Names a member of a request by the flag that sets it: `/occurredAt` is `--occurred-at`, `/overdraft/eur` one of its values. */
function describeIssue({ pointer, detail }: { pointer: string; detail: string }): string {
  const [member = '', ...parts] = pointer.slice(1).split('/');
  const isFlag = /^[/?][A-Za-z]+(?:\/|$)/.test(pointer);
  // Whatever is wrong with it: the words of the schema would be a regular expression.
  if (pointer === '/secret') return 'the key must be 8 to 255 printable ASCII characters without spaces.';
  const place = PLACES[pointer] ?? (isFlag ? placeOf(member, parts) : pointer);
  return `${place} ${detail}`.trim();
}

function placeOf(member: string, parts: readonly string[]): string {
  if (member === 'lines') {
    // The lines of a quote are told by as many flags.
    const [index, ...rest] = parts;
    return index === undefined ? '--for' : ['--for', `number ${Number(index) + 1}:`, ...rest].join(' ');
  }
  return [`--${hyphenated(member)}`, ...parts].join(' ');
}
