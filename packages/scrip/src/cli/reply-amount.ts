import { parseMicros } from '../core/credits.ts';
import { CommandFailure } from './command-failure.ts';

/** An amount in a server's reply, as micros. Throws `CommandFailure` for what is none: unknown is not zero. */
export function replyAmount(text: string): bigint {
  const micros = parseMicros(text);
  if (micros !== undefined) return micros;
  throw CommandFailure.of(
    'not-scrip',
    `The server answered with status 200 and the amount "${text}", and not as Scrip does.`,
  );
}
