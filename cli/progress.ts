import { SingleBar } from 'cli-progress';
import type { RunProgress } from '../shared/control/status.ts';
import { isFinal } from '../shared/domain/run.ts';
import type { Terminal } from './terminal.ts';
import { count, duration } from './text.ts';

/** Shows how a run goes, on stderr: a bar on a terminal, a plain line now and then elsewhere. */
export interface ProgressDisplay {
  /** @param note what holds calls back just now; empty where nothing does */
  update(progress: RunProgress, note?: string): void;
  /** Leaves the last state standing. */
  stop(): void;
}

const PLAIN_EVERY_MS = 2_000;
/** Said with each drawing: what else is written to the terminal in between may have switched wrapping on. */
const NO_WRAP = '\u001b[?7l';

export function progressDisplay(stream: Terminal['stderr'], now = () => performance.now()): ProgressDisplay {
  return stream.isTTY ? bar(stream, now) : plainLines(stream, now);
}

/** Whether what was written before still waits for its reader. */
const isBehind = ({ writableLength = 0 }: Terminal['stderr']) => writableLength > 0;

/** The same stream with another `write`. */
function withWrite(stream: Terminal['stderr'], write: (text: string) => boolean): Terminal['stderr'] {
  return new Proxy(stream, {
    get: (target, name) => (name === 'write' ? write : Reflect.get(target, name)),
  });
}

function bar(stream: Terminal['stderr'], now: () => number): ProgressDisplay {
  const rate = new Rate();
  let shown: SingleBar | undefined;
  let isOver = false;
  // Frames that a stopped terminal doesn't take are dropped: the next one draws the whole line. The last one stays.
  const frames = withWrite(stream, (text) => (isOver || !isBehind(stream) ? stream.write(text) : true));
  return {
    update(progress, note) {
      const { done, total } = position(progress);
      const payload = { line: withNote(describe(progress, rate.at(now(), done)), note) };
      if (!shown) {
        shown = new SingleBar({
          format: `${NO_WRAP}{bar} {percentage}%  {line}`,
          barsize: 28,
          hideCursor: true,
          stream: frames,
          // A line too long for the window is cut: wrapped, each update would leave a line behind.
          linewrap: false,
          barCompleteChar: '█',
          barIncompleteChar: '░',
          fps: 20,
          // Also when the same, as another line may have taken its place.
          forceRedraw: true,
          // Where the run is done, so is the bar, also without children.
          emptyOnZero: true,
        });
        shown.start(total, done, payload);
      }
      shown.setTotal(total);
      shown.update(done, payload);
    },
    stop() {
      isOver = true;
      shown?.stop();
      shown = undefined;
    },
  };
}

function plainLines(stream: Terminal['stderr'], now: () => number): ProgressDisplay {
  const rate = new Rate();
  let lastAt = Number.NEGATIVE_INFINITY;
  let last = '';
  return {
    update(progress, note) {
      const at = now();
      const perSecond = rate.at(at, position(progress).done);
      if (!isFinal(progress.record.status) && (at - lastAt < PLAIN_EVERY_MS || isBehind(stream))) return;
      const line = withNote(describe(progress, perSecond), note);
      if (line === last) return;
      [lastAt, last] = [at, line];
      stream.write(`${line}\n`);
    },
    stop: () => undefined,
  };
}

/** What a bar shows. Failed children are done too: it ends at 100 %, and so does a run without children. */
export function position({ record, total, succeeded, failed }: RunProgress): { done: number; total: number } {
  if (isFinal(record.status)) return { done: Math.max(1, total), total: Math.max(1, total) };
  // Counters are for displays and may count a child twice.
  return { done: Math.min(succeeded + failed, total), total: Math.max(1, total) };
}

/** `12,345 / 135,233 · 4,800/s · 3 failed · ETA 26 s`; a total still growing has a plus, and no ETA. */
export function describe(progress: RunProgress, perSecond: number): string {
  const { total, totalKnown, failed, retried, record } = progress;
  const ended = isFinal(record.status);
  const done = ended ? total : position(progress).done;
  const left = total - done;
  // Before its source has said anything there is nothing to count.
  const isCounted = total > 0 || totalKnown;
  const parts = isCounted ? [`${count(done)} / ${count(total)}${totalKnown ? '' : '+'}`] : [];
  if (!ended && isCounted)
    parts.push(`${perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : count(Math.round(perSecond))}/s`);
  if (isCounted) parts.push(`${count(failed)} failed`);
  if (retried > 0) parts.push(`${count(retried)} retried`);
  if (ended) parts.push(record.status.replaceAll('-', ' '));
  else if (record.status !== 'splitting' && record.status !== 'running') parts.push(record.status);
  else if (!totalKnown) parts.push('splitting');
  else if (left === 0) parts.push('making the report');
  else if (perSecond > 0) parts.push(`ETA ${duration(left / perSecond)}`);
  else if (done === 0) parts.push(retried > 0 ? 'calling' : 'starting');
  // A tail that stands still waits, most likely for the next try of what failed.
  else parts.push(`waiting for ${count(left)}`);
  return parts.join(' · ');
}

const withNote = (line: string, note = '') => (note === '' ? line : `${line} · ${note}`);

const WINDOW_MS = 5_000;

/** Children a second over the last few seconds: the whole run's mean would answer late to a change. */
export class Rate {
  readonly #samples: { at: number; done: number }[] = [];

  /** @param now milliseconds by any clock that doesn't go back */
  at(now: number, done: number): number {
    this.#samples.push({ at: now, done });
    while (this.#samples.length > 2 && now - (this.#samples[0]?.at ?? now) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    return first && now > first.at ? Math.max(0, ((done - first.done) * 1_000) / (now - first.at)) : 0;
  }
}
