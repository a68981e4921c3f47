import { Command } from 'commander';
import type { ServeFlags } from '../config/config.ts';
import { shapeConfig } from '../config/config.ts';
import { readEnv } from '../config/env.ts';
import { parsePlace, WHERE_HELP_IS } from './api-command.ts';

const EXAMPLES = `
Examples:
  scrip serve                        # on http://127.0.0.1:8787, data in ./data
  scrip serve --port 9000 --data /srv/scrip
  SCRIP_OPERATOR_KEY=… scrip serve   # with an operator key of your own

The environment may set SCRIP_PORT, SCRIP_HOST, SCRIP_OPERATOR_KEY,
SCRIP_SECRET, SCRIP_LOG_LEVEL and SCRIP_CONFIG (see docs/configuration.md).`;

export function serveCommand(): Command {
  return new Command('serve')
    .description('serve the ledger over HTTP')
    .helpOption('-h, --help', 'print this help')
    .option('--port <number>', 'port to listen on (default: 8787; 0: any free one)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)', parsePlace)
    .option('--data <directory>', 'where the ledger is kept (default: ./data)', parsePlace)
    .option('--demo', 'make a demo account in an empty ledger')
    .option('--no-demo', 'make none')
    .option('--json', 'print the address, the directory and new keys as JSON')
    .showHelpAfterError(WHERE_HELP_IS)
    .addHelpText('after', EXAMPLES)
    .action(async (flags: ServeFlags & { demo?: boolean; json?: boolean }) => {
      // Loaded here: a command that asks a server has no use for one.
      const [{ serve }, { readConfigFile }, { asDataFailure }] = await Promise.all([
        import('./serve.ts'),
        import('../config/config-file.ts'),
        import('./data-failure.ts'),
      ]);
      const env = readEnv();
      try {
        await serve(shapeConfig(flags, env, await readConfigFile(env.configFile)), {
          demo: flags.demo === true,
          json: flags.json === true,
        });
      } catch (error) {
        throw asDataFailure(error);
      }
    });
}
