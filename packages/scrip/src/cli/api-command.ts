import type { ScripOptions, ScripReply } from '@scrip/client';
import { Command, InvalidArgumentError } from 'commander';
import { shapeApiAccess } from '../config/api-access.ts';
import { readEnv } from '../config/env.ts';
import type { Issue } from '../server/problem.ts';
import { exactNumbers } from '../server/read/exact-numbers.ts';
import { checkMetadata } from '../server/read/text.ts';
import type { ApiClient } from './api-client.ts';
import { createApiClient } from './api-client.ts';
import { say, writeData } from './terminal.ts';

/** What every command that asks a server understands. */
export interface ApiFlags {
  readonly json?: boolean;
}

export const WHERE_HELP_IS = '(add --help to see what it takes)';

/** A command with examples below its help; what is wrong with a command line is answered with where its help is. */
export function describeCommand(
  name: string,
  { description, examples }: { description: string; examples: readonly string[] },
): Command {
  return new Command(name)
    .description(description)
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError(WHERE_HELP_IS)
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
    .exitOverride();
}

/** A command that asks the server at `SCRIP_URL` with the key in `SCRIP_KEY`. `json`: what `--json` prints. */
export function apiCommand(
  name: string,
  {
    json = 'print the reply of the API as it is',
    ...text
  }: { description: string; examples: readonly string[]; json?: string },
): Command {
  return describeCommand(name, text).option('--json', json);
}

/** Several commands about one thing. */
export function commandGroup(name: string, description: string, commands: readonly Command[]): Command {
  const group = new Command(name)
    .description(description)
    .helpOption('-h, --help', 'print this help')
    .helpCommand(false)
    .showHelpAfterError(WHERE_HELP_IS)
    .addHelpText('after', `\n"scrip ${name} COMMAND --help" shows what one takes, with examples.`)
    .exitOverride();
  for (const command of commands) group.addCommand(command);
  return group;
}

/** The client of the server that the environment names. Throws `SettingError`. */
export function connect(options: Pick<ScripOptions, 'maxRetries'> = {}): ApiClient {
  return createApiClient({ ...shapeApiAccess(readEnv()), ...options });
}

/** Prints a reply: the API's own JSON for programs, a text for people. */
export function showReply<T>(
  { text, value, replayed }: ScripReply<T>,
  { json }: ApiFlags,
  forPeople: (value: T) => string,
): void {
  writeData(json === true ? text : forPeople(value));
  if (replayed) say('This id was used before: what is shown is the first outcome, and nothing was changed.');
}

/** A file, a directory or an address: an empty one is a variable of the shell that is not set, and would name another. */
export function parsePlace(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}

export function collectPlaces(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, parsePlace(text)];
}

export function parseInteger(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** A JSON object, for `--metadata`. A number that would lose digits is refused here: the server would not see them. */
export function parseObject(text: string): Record<string, unknown> {
  const metadata = asObject(text);
  const issues: Issue[] = [];
  checkMetadata(metadata, '', issues);
  const [issue] = issues;
  if (issue !== undefined) throw new InvalidArgumentError(`It ${issue.detail}`);
  return metadata;
}

function asObject(text: string): Record<string, unknown> {
  try {
    const read = { metadata: JSON.parse(text) as unknown };
    const { metadata } = exactNumbers(`{"metadata":${text}}`, read) as typeof read;
    if (typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata))
      return metadata as Record<string, unknown>;
  } catch {
    // Said below, together with what is JSON and no object.
  }
  throw new InvalidArgumentError('It must be a JSON object such as \'{"order":"7"}\'.');
}

/** `name=value`, collected from every time that the flag stands, in order. */
export function collectPairs(
  text: string,
  before: readonly (readonly [string, string])[] = [],
): readonly (readonly [string, string])[] {
  const [, name, value] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('It must be written as NAME=VALUE.');
  return [...before, [name, value]];
}
