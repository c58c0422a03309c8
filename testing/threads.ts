import { tracingChannel } from 'node:diagnostics_channel';
import { COMPRESSIONS } from '../shared/storage/compress.ts';

let compressing = 0;
const { start, asyncEnd } = tracingChannel(COMPRESSIONS);
start.subscribe(() => void compressing++);
asyncEnd.subscribe(() => void compressing--);

/** Threads beside this one. An invocation may wait for virtual time in one of its works while they are busy for another. */
export const threads = {
  /** Something is being compressed. */
  get isBusy(): boolean {
    return compressing > 0;
  },
};
