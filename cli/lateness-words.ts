import type { Lateness } from '../shared/control/task-lateness.ts';
import { counted, duration } from './text.ts';

// Most are called within milliseconds.
const short = (ms: number) => (ms < 1_000 ? `${ms} ms` : duration(ms));

/** How late tasks of the last hours were called, as a sentence. */
export function latenessLine(lateness: Lateness | null, hours: number): string {
  const span = hours === 1 ? 'the last hour' : `the last ${hours} hours`;
  if (!lateness) return `No task of ${span} was called.`;
  const { tasks, p50, p99, max } = lateness;
  const times = `p50 ${short(p50)}, p99 ${short(p99)}, at most ${short(max)}`;
  return `${counted(tasks, 'task')} of ${span} called, late by: ${times}.`;
}
