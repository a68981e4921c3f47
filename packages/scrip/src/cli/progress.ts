import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  readonly advance: (done: number, lines: number) => void;
  readonly stop: () => void;
}

const BAR_COLUMNS = 40;
/** A percentage, a number of ten digits, and what stands between them. */
const OTHER_COLUMNS = 20;

const SILENT: Progress = { advance: () => {}, stop: () => {} };

/** A bar on standard error for work of a known length; nothing where nobody looks at a terminal. */
export function startProgress(total: number | null, noun = 'lines'): Progress {
  if (total === null || total === 0 || !process.stderr.isTTY) return SILENT;
  const format = ` {bar} {percentage}% | {lines} ${noun}`;
  // The bar is cut to the terminal's width. Were wrapping turned off instead, a process that is killed would leave it off.
  const bar = new SingleBar(
    {
      format,
      stream: process.stderr,
      clearOnComplete: true,
      linewrap: true,
      barsize: Math.max(0, Math.min(BAR_COLUMNS, process.stderr.columns - noun.length - OTHER_COLUMNS)),
    },
    Presets.shades_classic,
  );
  bar.start(total, 0, { lines: 0 });
  return {
    advance: (done, lines) => bar.update(Math.min(done, total), { lines }),
    stop: () => bar.stop(),
  };
}

export interface Passes {
  readonly onProgress: (done: number, total: number) => void;
  readonly stop: () => void;
}

/** A bar for each time that the entries are gone through. */
export function startPasses(): Passes {
  let bar: Progress | null = null;
  let last = 0;
  const stop = () => bar?.stop();
  return {
    onProgress: (done, total) => {
      if (bar === null || done < last) {
        stop();
        bar = startProgress(total, 'entries');
      }
      last = done;
      bar.advance(done, done);
    },
    stop,
  };
}
