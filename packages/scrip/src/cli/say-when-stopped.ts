import { say } from './terminal.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type LastWords = (signal: NodeJS.Signals) => string;
const waiting = new Set<LastWords>();

/**
 * Says this where a signal ends the process; what is returned takes it back. Only around what waits: while a long
 * computation runs, the signal would wait too.
 */
export function sayWhenStopped(lastWords: LastWords): () => void {
  if (waiting.size === 0) for (const signal of SIGNALS) process.on(signal, end);
  waiting.add(lastWords);
  return () => {
    waiting.delete(lastWords);
    if (waiting.size === 0) for (const signal of SIGNALS) process.off(signal, end);
  };
}

function end(signal: NodeJS.Signals): void {
  // Requests of one command that are under way together may have the same to say.
  for (const text of new Set([...waiting].map((lastWords) => lastWords(signal)))) say(text);
  // Without a listener the signal does what it does to every program: a shell sees that it was the end.
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
