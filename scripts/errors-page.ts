import type { DialectName, Refusal, RefusalCode } from '@scrip/dialects';
import { dialectNames } from '@scrip/dialects';
import { exitCode } from '../packages/scrip/src/cli/exit-code.ts';
import { failures, usageFailures } from '../packages/scrip/src/cli/failure-table.ts';
import { hyphenated } from '../packages/scrip/src/cli/hyphenated.ts';
import { dialectRefusal } from '../packages/scrip/src/server/dialect-refusal.ts';
import type { ProblemCode } from '../packages/scrip/src/server/problem-table.ts';
import { problems } from '../packages/scrip/src/server/problem-table.ts';
import { vendorRefusal } from '../packages/scrip/src/server/vendor/vendor-refusal.ts';
import { markdownTable } from './markdown-table.ts';

/** docs/errors.md: made from the code that answers, so that it cannot say anything else. */
export function errorsPage(): string {
  return `${[INTRODUCTION, problemTable(), VENDORS, refusalTable(), ...dialectNames.map(vendorSection), exitCodes(), failureTable()].join('\n\n')}\n`;
}

const INTRODUCTION = `# Errors

This page is written by \`npm run docs\` from the code that answers; a test fails when it says something else.

Scrip's own API answers every error as \`application/problem+json\` (RFC 9457):

\`\`\`json
{
  "type": "/problems/too-precise",
  "title": "The amount is finer than its pool",
  "status": 422,
  "code": "too-precise",
  "detail": "This pool takes whole amounts only.",
  "pool": "email",
  "decimals": 0
}
\`\`\`

\`code\` does not change from version to version; \`detail\` is for people, and names what is wrong in this request. A refusal (4xx) changes nothing, and its id may be used again. A 503 of a change has an \`outcome\`: \`not-applied\`, or \`unknown\`, and then only the same request with the same id tells whether it happened; so it does after a 500.

In bulk each line has a \`status\` and a problem of its own, from the same table. The last column is the refusal that the problem comes to where a vendor's words are asked for: see [below](#what-the-vendors-dialects-answer).`;

/** A problem as a dialect sees it; the members are those of the codes that pass some on. */
function refusalOf(code: ProblemCode): RefusalCode {
  return dialectRefusal({ code, detail: '', members: { pool: 'standard', reason: 'balance' } }).code;
}

function problemTable(): string {
  const rows = Object.entries(problems).map(([code, { status, title, remedy }]) => [
    `${status}`,
    `\`${code}\``,
    title,
    remedy,
    `\`${refusalOf(code as ProblemCode)}\``,
  ]);
  return markdownTable(['status', 'code', 'means', 'what to do', 'to a vendor’s client'], rows);
}

const VENDORS = `## What the vendors' dialects answer

The vendors' own routes, and spends with \`?dialect=\`, answer in the vendor's status, content type and body. Where the vendor's documents are silent, [Dialects](dialects.md#where-the-vendors-documents-are-silent) says what was chosen. \`…\` stands for words that depend on the request.`;

/** When each refusal is given, with samples of it: several where a vendor tells them apart. */
const REFUSALS: {
  readonly [C in RefusalCode]: {
    readonly when: string;
    readonly samples: Readonly<Record<string, Extract<Refusal, { code: C }>>>;
  };
} = {
  'credential-missing': { when: 'no key was sent', samples: { '': { code: 'credential-missing' } } },
  'credential-unknown': {
    when: 'the key is not known, or was revoked',
    samples: { '': { code: 'credential-unknown' } },
  },
  'credential-conflicting': {
    when: 'the key was sent twice, or in two places',
    samples: { '': { code: 'credential-conflicting' } },
  },
  'account-closed': { when: 'the account of the key is closed', samples: { '': { code: 'account-closed' } } },
  forbidden: {
    when: 'the key may not do this (on a spend: its role)',
    samples: { '': { code: 'forbidden' } },
  },
  'not-found': {
    when: 'nothing is served here, or the dialect is switched off',
    samples: { '': { code: 'not-found' } },
  },
  'method-not-allowed': {
    when: 'the path takes other methods',
    samples: { '': { code: 'method-not-allowed', allow: ['GET', 'HEAD'] } },
  },
  'bad-url': { when: 'the address cannot be read', samples: { '': { code: 'bad-url' } } },
  'bad-request': {
    when: 'there is no request of HTTP that can be read, or it did not come in time',
    samples: {
      '': { code: 'bad-request', status: 400, message: '…' },
      'too late': { code: 'bad-request', status: 408, message: '…' },
      'headers too large': { code: 'bad-request', status: 431, message: '…' },
    },
  },
  'invalid-request': {
    when: 'a parameter or the body is wrong',
    samples: {
      '': {
        code: 'invalid-request',
        problems: [{ in: 'query', path: ['start'], message: '…', type: 'invalid' }],
      },
      'too large': {
        code: 'invalid-request',
        status: 413,
        problems: [{ in: 'body', path: [], message: '…', type: 'body-too-large' }],
      },
    },
  },
  'insufficient-credits': {
    when: 'a spend is more than what is available',
    samples: {
      '': { code: 'insufficient-credits', pool: 'standard', reason: 'balance' },
      holds: { code: 'insufficient-credits', pool: 'standard', reason: 'holds' },
      email: { code: 'insufficient-credits', pool: 'email', reason: 'balance' },
      'email, holds': { code: 'insufficient-credits', pool: 'email', reason: 'holds' },
    },
  },
  'rate-limited': {
    when: 'the limit of requests is used up',
    samples: {
      '': {
        code: 'rate-limited',
        limit: 60,
        remaining: 0,
        resetAtMs: Date.parse('2026-01-01T00:01:00Z'),
        retryAfterSeconds: 30,
        policy: { name: 'reads', windowSeconds: 60 },
      },
    },
  },
  conflict: {
    when: 'the state of things forbids it: `…` is the problem’s own `detail`',
    samples: {
      '': { code: 'conflict', status: 409, message: '…' },
      'id used before': { code: 'conflict', status: 422, message: '…' },
    },
  },
  internal: {
    when: 'something broke in Scrip, or its files cannot be read',
    samples: { '': { code: 'internal' } },
  },
  unavailable: {
    when: 'Scrip takes no changes now; a change may have happened, and the same id tells',
    samples: { '': { code: 'unavailable', retryAfterSeconds: 1 } },
  },
};

function refusalTable(): string {
  const rows = Object.entries(REFUSALS).map(([code, { when }]) => [`\`${code}\``, when]);
  return markdownTable(['refusal', 'when'], rows);
}

const NAMES: Readonly<Record<DialectName, string>> = {
  voicepartner: 'Voice Partner',
  supertone: 'Supertone',
  voxpria: 'Voxpria',
  ocean: 'Ocean.io',
};

/** How the body can be asked for; the first is what is answered when nothing is. */
const LANGUAGES: Readonly<
  Record<DialectName, readonly { readonly head: string; readonly language: string }[]>
> = {
  voicepartner: [
    { head: 'body', language: 'fr' },
    { head: 'body for `Accept-Language: en`', language: 'en' },
  ],
  supertone: [{ head: 'body', language: 'en' }],
  voxpria: [{ head: 'body', language: 'en' }],
  ocean: [{ head: 'body', language: 'en' }],
};

function vendorSection(vendor: DialectName): string {
  const languages = LANGUAGES[vendor];
  const rows = Object.entries(REFUSALS).flatMap(([code, { samples }]) =>
    distinct(
      Object.entries(samples).map(([label, refusal]) => {
        const replies = languages.map(({ language }) =>
          vendorRefusal(vendor, refusal as Refusal, { url: '/', headers: { 'accept-language': language } }),
        );
        const [first] = replies;
        return {
          label: label === '' ? `\`${code}\`` : `\`${code}\`: ${label}`,
          cells: [
            `${first?.status}`,
            ...replies.map(({ body }) => (body === '' ? 'none' : `\`${body}\``)),
            headersOf(first?.headers ?? {}),
          ],
        };
      }),
    ),
  );
  const note = vendor === 'voicepartner' ? '\n\nWith `_format=xml` the same in XML.' : '';
  const table = markdownTable(['refusal', 'status', ...languages.map(({ head }) => head), 'headers'], rows);
  return `### ${NAMES[vendor]}${note}\n\n${table}`;
}

/** Samples that a vendor does not tell apart are one row. */
function distinct(
  rows: readonly { readonly label: string; readonly cells: readonly string[] }[],
): string[][] {
  const seen = new Map<string, string[]>();
  for (const { label, cells } of rows) {
    const key = cells.join('\n');
    if (!seen.has(key)) seen.set(key, [label, ...cells]);
  }
  return [...seen.values()];
}

/** The headers beside the content type, without what depends on the moment. */
function headersOf(headers: Readonly<Record<string, string>>): string {
  const names = Object.keys(headers).filter((name) => name !== 'content-type');
  return names.length === 0 ? '' : names.map((name) => `\`${name}\``).join(', ');
}

const EXITS: Readonly<Record<keyof typeof exitCode, string>> = {
  ok: 'Done.',
  failure: 'It failed, or it was refused. What to do is said on standard error.',
  usage: 'The command line or a setting is wrong, or the server cannot read a value in it.',
  no: 'A check ran and said no.',
  notAuthorised: 'No key, an unknown one, or one that may not do this.',
};

function exitCodes(): string {
  const rows = Object.entries(exitCode).map(([name, code]) => [
    `${code}`,
    EXITS[name as keyof typeof exitCode],
  ]);
  return `## The command line's exit codes

${markdownTable(['exit code', 'means'], rows)}

[The command line](cli.md) says more of each command.`;
}

function failureTable(): string {
  const usage = Object.entries(usageFailures).map(([name, row]) => [hyphenated(name), row] as const);
  const rows = [...Object.entries(failures), ...usage].map(([code, { exit, says, remedy }]) => [
    `${exitCode[exit]}`,
    `\`${code}\``,
    says,
    remedy,
  ]);
  return `## What the command line itself fails with

A refusal of the API is told in the API's words, under the problem's code [above](#errors): exit code 4 for a 401 or 403, 2 for \`invalid-request\` and \`amount-not-positive\`, 1 for any other. These are the command line's own, on standard error. \`…\` stands for words that depend on the moment.

${markdownTable(['exit code', 'code', 'says', 'what to do'], rows)}

Anything else is a mistake in Scrip: it exits with 1 and shows where it happened, to be reported.`;
}
