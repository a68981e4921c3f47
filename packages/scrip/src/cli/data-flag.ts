import type { Command } from 'commander';
import type { Config } from '../config/config.ts';
import { shapeConfig } from '../config/config.ts';
import { readEnv } from '../config/env.ts';
import { describeCommand, parsePlace } from './api-command.ts';

/** What a command on a data directory understands. */
export interface DataFlags {
  readonly data?: string;
  readonly json?: boolean;
}

/** A command that works on a data directory itself, and not through a server. */
export function dataCommand(
  name: string,
  text: { description: string; examples: readonly string[] },
): Command {
  return describeCommand(name, text)
    .option('--data <directory>', 'where the ledger is kept (default: ./data)', parsePlace)
    .option('--json', 'print the result as JSON');
}

/** What the flags, the environment and the configuration file say together. Throws `SettingError`. */
export async function readDataConfig({ data }: DataFlags): Promise<Config> {
  // Loaded here: a command that asks a server has no use for it.
  const { readConfigFile } = await import('../config/config-file.ts');
  const env = readEnv();
  return shapeConfig({ data }, env, await readConfigFile(env.configFile));
}

/** The directory that they speak of. Throws `SettingError`. */
export async function readDataDirectory(flags: DataFlags): Promise<string> {
  return (await readDataConfig(flags)).dataDirectory;
}
