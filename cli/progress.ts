import { SingleBar } from 'cli-progress';
import type { RunProgress } from '../shared/control/status.ts';

/** Shows how a run goes, on stderr: a bar on a terminal, a plain line now and then elsewhere. */
export interface ProgressDisplay {
  /** A phase before there are numbers, such as starting. */
  phase(text: string): void;
  update(progress: RunProgress): void;
  stop(): void;
}

const PLAIN_EVERY_MS = 2_000;

export function progressDisplay(stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? bar(stream) : plainLines(stream);
}

function bar(stream: NodeJS.WriteStream): ProgressDisplay {
  const rate = new Rate();
  let shown: SingleBar | undefined;
  return {
    phase: (text) => stream.write(`${text}\n`),
    update(progress) {
      const done = progress.succeeded + progress.failed;
      const payload = { line: describe(progress, rate.at(done)) };
      if (!shown) {
        shown = new SingleBar({
          format: '{bar} {percentage}%  {line}',
          barsize: 28,
          hideCursor: true,
          stream,
          noTTYOutput: false,
          linewrap: false,
          barCompleteChar: '█',
          barIncompleteChar: '░',
        });
        shown.start(Math.max(1, progress.total), done, payload);
      }
      shown.setTotal(Math.max(1, progress.total));
      shown.update(done, payload);
    },
    stop: () => shown?.stop(),
  };
}

function plainLines(stream: NodeJS.WriteStream): ProgressDisplay {
  const rate = new Rate();
  let lastAt = 0;
  return {
    phase: (text) => stream.write(`${text}\n`),
    update(progress) {
      const now = performance.now();
      const perSecond = rate.at(progress.succeeded + progress.failed);
      if (now - lastAt < PLAIN_EVERY_MS && progress.record.endedAt === null) return;
      lastAt = now;
      stream.write(`${describe(progress, perSecond)}\n`);
    },
    stop: () => undefined,
  };
}

/** `12,345 / 135,233 · 4,800/s · 3 failed · ETA 26 s`; a total still growing has a plus, and no ETA. */
export function describe(
  { total, totalKnown, succeeded, failed, retried, record }: RunProgress,
  perSecond: number,
): string {
  const done = succeeded + failed;
  const parts = [`${format(done)} / ${format(total)}${totalKnown ? '' : '+'}`];
  if (record.endedAt === null) parts.push(`${format(Math.round(perSecond))}/s`);
  parts.push(`${format(failed)} failed`);
  if (retried > 0) parts.push(`${format(retried)} retried`);
  if (totalKnown && perSecond > 0 && done < total) parts.push(`ETA ${seconds((total - done) / perSecond)}`);
  else if (record.endedAt === null)
    parts.push(done > 0 && totalKnown && done >= total ? 'making the report' : record.status);
  return parts.join(' · ');
}

export function format(value: number): string {
  return value.toLocaleString('en-US');
}

function seconds(value: number): string {
  const whole = Math.ceil(value);
  if (whole < 90) return `${whole} s`;
  return whole < 5_400 ? `${Math.round(whole / 60)} min` : `${(whole / 3_600).toFixed(1)} h`;
}

/** Children a second over the last few seconds: the whole run's mean would answer late to a change. */
class Rate {
  readonly #samples: { at: number; done: number }[] = [];

  at(done: number): number {
    const now = performance.now();
    this.#samples.push({ at: now, done });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > 5_000) this.#samples.shift();
    const first = this.#samples[0];
    return first && now > first.at ? ((done - first.done) * 1_000) / (now - first.at) : 0;
  }
}
