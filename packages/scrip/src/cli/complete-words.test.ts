import { Argument, Command, Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { TargetArgument } from './balance-target.ts';
import { completeWords } from './complete-words.ts';

const program = new Command('scrip');
program.addCommand(
  new Command('grant').addCommand(
    new Command('give')
      .argument('<account>')
      .option('--pool <name>', 'a pool')
      .option('--dry', 'do nothing')
      .addOption(new Option('-e, --every <period>').choices(['day', 'month'])),
  ),
);
program.addCommand(new Command('shell').addArgument(new Argument('<name>').choices(['bash', 'zsh'])));
program.addCommand(new Command('balance').addArgument(new TargetArgument('[target...]')));
program.addCommand(new Command('usage').addArgument(new TargetArgument('<target>', '', ['supertone'])));
program.addCommand(new Command('inner'), { hidden: true });

const words = (...typed: string[]) => completeWords(program, typed).map(({ word }) => word);

describe('the words that fit', () => {
  it('are the commands, but the hidden ones', () => {
    expect(words('')).toEqual(['grant', 'shell', 'balance', 'usage', 'help']);
    expect(words('g')).toEqual(['grant']);
    expect(words()).toEqual(['grant', 'shell', 'balance', 'usage', 'help']);
  });

  it('are the commands of a group, once', () => {
    expect(words('grant', 'g')).toEqual(['give']);
    expect(words('grant', 'give', '')).toEqual([]);
    expect(words('nothing', '')).toEqual([]);
  });

  it('are flags after a hyphen', () => {
    expect(words('grant', 'give', 'acme', '--')).toEqual(['--pool', '--dry', '--every', '--help']);
    expect(words('grant', 'give', '--e')).toEqual(['--every']);
  });

  it('are the values that a flag allows, and none where it takes any', () => {
    expect(words('grant', 'give', '--every', '')).toEqual(['day', 'month']);
    expect(words('grant', 'give', '-e', 'm')).toEqual(['month']);
    expect(words('grant', 'give', '--pool', '')).toEqual([]);
  });

  it('are the values that a flag allows, after an equals sign too', () => {
    expect(words('grant', 'give', '--every=')).toEqual(['--every=day', '--every=month']);
    expect(words('grant', 'give', '--every=m')).toEqual(['--every=month']);
    expect(words('grant', 'give', '--pool=')).toEqual([]);
    expect(words('grant', 'give', '--dry=')).toEqual([]);
  });

  it('are the values alone where a shell divides words at an equals sign', () => {
    expect(words('grant', 'give', '--every', '=')).toEqual(['day', 'month']);
    expect(words('grant', 'give', '--every', '=', 'm')).toEqual(['month']);
    expect(words('shell', '--flag', '=', 'value', 'b')).toEqual(['bash']);
    expect(words('shell', '--flag', '=', 'value', '')).toEqual(['bash', 'zsh']);
  });

  it('are the values that an argument allows, whatever flags stand before it', () => {
    expect(words('shell', '')).toEqual(['bash', 'zsh']);
    expect(words('shell', 'bash', '')).toEqual([]);
    expect(words('grant', '--unknown', 'give', '--dry', '--e')).toEqual(['--every']);
  });

  it('are the vendors where a target is named, at every place of it', () => {
    expect(words('balance', 'v')).toEqual(['voicepartner', 'voxpria']);
    expect(words('balance', 'acme', 'ocean', 's')).toEqual(['supertone']);
    expect(words('usage', '')).toEqual(['supertone']);
  });

  it('come with what they mean', () => {
    expect(completeWords(program, ['grant', 'give', '--p'])).toEqual([
      { word: '--pool', description: 'a pool' },
    ]);
  });
});
