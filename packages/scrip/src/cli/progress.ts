import { Presets, SingleBar } from 'cli-progress';

export interface Progress {
  readonly advance: (bytes: number, lines: number) => void;
  readonly stop: () => void;
}

const SILENT: Progress = { advance: () => {}, stop: () => {} };

/** A bar on standard error for work of a known length; nothing where nobody looks at a terminal. */
export function startProgress(totalBytes: number | null): Progress {
  if (totalBytes === null || totalBytes === 0 || !process.stderr.isTTY) return SILENT;
  const format = ' {bar} {percentage}% | {lines} lines';
  const bar = new SingleBar(
    { format, stream: process.stderr, clearOnComplete: true },
    Presets.shades_classic,
  );
  bar.start(totalBytes, 0, { lines: 0 });
  return {
    advance: (bytes, lines) => bar.update(Math.min(bytes, totalBytes), { lines }),
    stop: () => bar.stop(),
  };
}
