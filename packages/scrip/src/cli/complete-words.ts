import type { Command, Option } from 'commander';
import { TargetArgument } from './balance-target.ts';

/** What may stand at a place of the command line. */
export interface Candidate {
  readonly word: string;
  readonly description: string;
}

/** Where the words that are already there lead: to a command, and to what is expected next. */
interface Place {
  readonly command: Command;
  /** The flag whose value comes next. */
  readonly awaiting: Option | undefined;
  /** How many arguments of the command are there. */
  readonly arguments: number;
}

/** What the last of the words, which may be empty, can become: commands, flags, or values where a few are allowed. */
export function completeWords(program: Command, words: readonly string[]): Candidate[] {
  const joined = joinAtEquals(words);
  const current = joined.at(-1) ?? '';
  const place = findPlace(program, joined.slice(0, -1));
  const candidates = candidatesAt(place, current).filter(({ word }) => word.startsWith(current));
  // A shell that divided the word replaces the part after the equals sign only.
  const isDivided = current !== (words.at(-1) ?? '');
  return isDivided
    ? candidates.map(({ word, ...rest }) => ({ word: word.slice(word.indexOf('=') + 1), ...rest }))
    : candidates;
}

/** Bash hands `--flag=value` over as three words. */
function joinAtEquals(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (const [index, word] of words.entries()) {
    const before = joined.pop();
    const isPart = word === '=' || (word !== '' && words[index - 1] === '=');
    if (before === undefined) joined.push(word);
    else joined.push(...(isPart ? [`${before}${word}`] : [before, word]));
  }
  return joined;
}

function findPlace(program: Command, words: readonly string[]): Place {
  let place: Place = { command: program, awaiting: undefined, arguments: 0 };
  for (const word of words) place = step(place, word);
  return place;
}

function step({ command, awaiting, arguments: count }: Place, word: string): Place {
  if (awaiting !== undefined) return { command, awaiting: undefined, arguments: count };
  if (word.startsWith('-')) {
    const flag = command.options.find(({ long, short }) => long === word || short === word);
    const takesValue = flag !== undefined && (flag.required || flag.optional);
    return { command, awaiting: takesValue ? flag : undefined, arguments: count };
  }
  const next = count === 0 ? command.commands.find((candidate) => candidate.name() === word) : undefined;
  return next === undefined
    ? { command, awaiting: undefined, arguments: count + 1 }
    : { command: next, awaiting: undefined, arguments: 0 };
}

function candidatesAt({ command, awaiting, arguments: count }: Place, current: string): Candidate[] {
  if (awaiting !== undefined) return choices(awaiting.argChoices);
  const [, name] = /^(--[^=]+)=/.exec(current) ?? [];
  if (name !== undefined) {
    const flag = command.options.find(({ long }) => long === name);
    return choices(flag?.argChoices?.map((word) => `${name}=${word}`));
  }
  const help = command.createHelp();
  if (current.startsWith('-'))
    return help.visibleOptions(command).map(({ long, description }) => ({ word: long ?? '', description }));
  if (command.commands.length === 0) {
    const last = command.registeredArguments.at(-1);
    const argument = command.registeredArguments[count] ?? (last?.variadic === true ? last : undefined);
    return choices(argument instanceof TargetArgument ? argument.suggestions : argument?.argChoices);
  }
  if (count > 0) return [];
  return help
    .visibleCommands(command)
    .map((candidate) => ({ word: candidate.name(), description: candidate.description() }));
}

function choices(words: readonly string[] = []): Candidate[] {
  return words.map((word) => ({ word, description: '' }));
}
