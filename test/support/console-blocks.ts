import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const root = join(import.meta.dirname, '../..');

export interface ShownCommand {
  readonly command: string;
  readonly output: string;
}

/** The commands of a page's `console` blocks, each with the output that the page shows below it. */
export function shownCommands(page: string): ShownCommand[] {
  const text = readFileSync(join(root, page), 'utf8');
  return [...text.matchAll(/```console\n([^]*?)```/g)].flatMap(([, block = '']) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((part) => {
        const [command = '', ...output] = part.trimEnd().split('\n');
        return { command, output: output.join('\n') };
      }),
  );
}

/** What a command prints in a shell in which `scrip` is installed, data and talk together as on a terminal. */
export function runShown(
  command: string,
  { cwd, env }: { cwd: string; env: Record<string, string> },
): string {
  const path = `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  const { stdout } = spawnSync('bash', ['-c', `exec 2>&1\n${command}`], {
    cwd,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: path,
      FORCE_COLOR: undefined,
      npm_config_loglevel: 'error',
      npm_config_update_notifier: 'false',
      ...env,
    },
  });
  return stdout.trimEnd();
}

/** A text without what differs from run to run: times, ages, days, made-up ids and secrets, digests of anchors, seconds to midnight. */
export function settled(text: string): string {
  return text
    .replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '<time>')
    .replaceAll(/\b\d{4}-\d{2}-\d{2}\b/g, '<day>')
    .replaceAll(/ \d+s$/gm, ' <age>')
    .replaceAll(/(_timestamp_seconds\{.*\}) [\d.]+$/gm, '$1 <time>')
    .replaceAll(/\b[0-9a-f]{24}\b/g, '<id>')
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '<id>')
    .replaceAll(/scrip_(?:ak|op)_(?:[0-9a-f]+|…)/g, '<secret>')
    .replaceAll(/\(process \d+\)/g, '(process <pid>)')
    .replaceAll(/(scrip-anchor-1:\d+:)[0-9a-f]{64}/g, '$1<digest>')
    .replaceAll(/"dailyLimitRateSecondsToReset":\d+/g, '"dailyLimitRateSecondsToReset":<seconds>');
}
