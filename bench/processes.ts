import { readFileSync } from 'node:fs';

/** What the processes of one side took. */
interface ProcessUse {
  readonly name: string;
  /** User and system time between {@link ProcessWatch.begin} and {@link ProcessWatch.end}. */
  readonly cpuMs: number;
  /** Highest resident set that was sampled, start-up included. */
  readonly peakMB: number;
}

export interface Use {
  readonly processes: readonly ProcessUse[];
  /** Highest sum of all resident sets at one time; not the sum of the peaks. */
  readonly peakMB: number;
}

const SAMPLE_MS = 100;
/** Linux counts CPU time in hundredths of a second and memory in pages; both have been constant for decades. */
const MS_PER_TICK = 10;
const PAGE_BYTES = 4_096;
const MIB = 1_048_576;

interface Watched {
  readonly name: string;
  readonly pid: number;
  beganMs: number;
  endedMs: number;
  peakBytes: number;
}

/** Watches CPU time and memory of running processes by Linux's /proc. */
export class ProcessWatch {
  readonly #watched: Watched[];
  #peakBytes = 0;
  readonly #timer: NodeJS.Timeout;

  /** Samples memory from now on. @throws {Error} where there is no /proc */
  constructor(pids: Readonly<Record<string, number>>) {
    this.#watched = Object.entries(pids).map(([name, pid]) => ({ name, pid, beganMs: 0, endedMs: 0, peakBytes: 0 }));
    this.#sample();
    this.#timer = setInterval(() => this.#sample(), SAMPLE_MS);
    this.#timer.unref();
  }

  /** CPU time counts from here. */
  begin(): void {
    for (const watched of this.#watched) watched.beganMs = cpuMs(watched.pid);
  }

  /** CPU time counts to here. */
  end(): void {
    for (const watched of this.#watched) watched.endedMs = cpuMs(watched.pid);
  }

  /** Ends the sampling. */
  stop(): Use {
    this.#sample();
    clearInterval(this.#timer);
    return {
      processes: this.#watched.map(({ name, beganMs, endedMs, peakBytes }) => ({
        name,
        cpuMs: endedMs - beganMs,
        peakMB: peakBytes / MIB,
      })),
      peakMB: this.#peakBytes / MIB,
    };
  }

  #sample(): void {
    let sum = 0;
    for (const watched of this.#watched) {
      const bytes = residentBytes(watched.pid);
      watched.peakBytes = Math.max(watched.peakBytes, bytes);
      sum += bytes;
    }
    this.#peakBytes = Math.max(this.#peakBytes, sum);
  }
}

function cpuMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold anything; the fields count from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

function residentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
}
