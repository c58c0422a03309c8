import type { RunProgress } from '../shared/control/status.ts';
import { isFinal, type RunStatus } from '../shared/domain/run.ts';
import { describe, fraction, position } from './progress-words.ts';
import { isDrawn, type Terminal } from './terminal.ts';

/** Shows how a run goes, on stderr: a bar on a terminal, a plain line now and then elsewhere. */
export interface ProgressDisplay {
  /** @param note what holds calls back just now; empty where nothing does */
  update(progress: RunProgress, note?: string): void;
  /** Leaves the last state standing: nothing is shown from then on. @param isBroken the terminal stands below it already, as after a Ctrl-C */
  stop(isBroken?: boolean): void;
}

const PLAIN_EVERY_MS = 2_000;
/** Cells of a bar, and of one that leaves room for its words. */
const [BAR, SHORT_BAR] = [28, 8];
/** Where a terminal doesn't say how wide it is. */
const USUAL_WIDTH = 80;

export function progressDisplay(stream: Terminal['stderr'], now = () => performance.now()): ProgressDisplay {
  return isDrawn(stream) ? bar(stream, now) : plainLines(stream, now);
}

/** Whether what was written before still waits for its reader. */
const isBehind = ({ writableLength = 0 }: Terminal['stderr']) => writableLength > 0;

/** One line, drawn again in its place. It asks nothing of the terminal that would have to be taken back: who is killed leaves it as it was. */
function bar(stream: Terminal['stderr'], now: () => number): ProgressDisplay {
  const rate = new Rate();
  let furthest = 0;
  let cells = BAR;
  let isOver = false;
  let isDropped = false;
  let last = '';
  return {
    update(progress, note) {
      if (isOver) return;
      const line = withNote(describe(progress, rate.at(now(), position(progress).done)), note);
      const share = fraction(progress);
      // Counters may be corrected: what was shown isn't taken back.
      furthest = Math.max(furthest, share ?? 0);
      const { failed, record } = progress;
      const width = (stream.columns || USUAL_WIDTH) - 1;
      // The words say more than the bar: where they need its room it stays short, as a width that jumps is hard to read.
      if (BAR + PERCENT + GAP.length + line.length > width) cells = SHORT_BAR;
      const drawn = share === null && furthest === 0 ? '┄'.repeat(cells) : filled(furthest, cells);
      // A line too long for the window is cut: wrapped, each update would leave a line behind.
      const room = Math.max(0, width - drawn.length);
      const colour = isFinal(record.status) && outcomeIsBad(record.status) ? RED : failed > 0 ? YELLOW : GREEN;
      last = `${colour}${drawn}${PLAIN}${[...`${GAP}${line}`].slice(0, room).join('')}`;
      // A frame that a stopped terminal doesn't take is dropped: the next one draws the whole line.
      isDropped = isBehind(stream);
      if (!isDropped) draw(stream, last);
    },
    stop(isBroken = false) {
      // Only what was dropped is drawn again: something else may have been written below it.
      if (!isOver && isDropped && !isBroken) draw(stream, last);
      if (!isOver && last !== '' && !isBroken) stream.write('\n');
      isOver = true;
    },
  };
}

/** Colours by their codes: what ends the line ends the colour too. */
const [GREEN, YELLOW, RED, PLAIN] = ['\u001b[32m', '\u001b[33m', '\u001b[31m', '\u001b[39m'];

const outcomeIsBad = (status: RunStatus) => status !== 'succeeded' && status !== 'succeeded-with-failures';

const draw = (stream: Terminal['stderr'], line: string) => void stream.write(`\r${line}\u001b[K`);

/** What stands behind a bar: ` 100%`, and between that and the words. */
const PERCENT = 5;
const GAP = '  ';

/** @param share from 0 to 1 */
function filled(share: number, cells: number): string {
  const full = Math.floor(share * cells);
  return `${'█'.repeat(full)}${'░'.repeat(cells - full)} ${String(Math.floor(share * 100)).padStart(PERCENT - 2)}%`;
}

function plainLines(stream: Terminal['stderr'], now: () => number): ProgressDisplay {
  const rate = new Rate();
  let lastAt = Number.NEGATIVE_INFINITY;
  let last = '';
  let reason: string | null = null;
  return {
    update(progress, note) {
      const at = now();
      const perSecond = rate.at(at, position(progress).done);
      // That calls fail, and why, is said at once.
      const isNews = progress.retriedFor !== reason;
      const isSoon = at - lastAt < PLAIN_EVERY_MS && !isNews;
      if (!isFinal(progress.record.status) && (isSoon || isBehind(stream))) return;
      reason = progress.retriedFor;
      const line = withNote(describe(progress, perSecond), note);
      if (line === last) return;
      [lastAt, last] = [at, line];
      stream.write(`${line}\n`);
    },
    stop: () => undefined,
  };
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
