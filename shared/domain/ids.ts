import { InputError, show } from './errors.ts';
import type { BlockRef } from './layout.ts';
import { SIZES } from './limits.ts';

/** Names of pipelines, services and runs: they stand in keys, URLs and resource names. */
export const NAME = /^[A-Za-z0-9_-]{1,48}$/;

/** A run's id: the caller's, or ours; a redrive appends `~2`, `~3` … to it. */
export const RUN_ID = /^[A-Za-z0-9_-]{1,48}(~[1-9][0-9]{0,3})?$/;

/** In a run's place in an object's key: the report of the last one that succeeded. No run is called so. */
export const LATEST = 'latest';

const CHILD_ID = /^(\d{1,4})-(\d{1,4})\.(\d{1,3})\.(\d{1,3})$/;

export interface ChildRef extends BlockRef {
  readonly n: number;
}

/** `<slice>-<segment>.<block>.<n>`; its parts compare as numbers in input order. */
export function childId({ slice, segment, block, n }: ChildRef): string {
  return `${slice}-${segment}.${block}.${n}`;
}

/** @throws {InputError} when the text is no child id */
export function parseChildId(text: string): ChildRef {
  const match = CHILD_ID.exec(text);
  if (!match) {
    throw new InputError(`Child id ${show(text)} is not of the form <slice>-<segment>.<block>.<n>, e.g. 0-3.12.255.`);
  }
  const [slice = 0, segment = 0, block = 0, n = 0] = match.slice(1).map(Number);
  return { slice, segment, block, n };
}

/** A segment's place in its run as one number, so that the run's set of segments is a compact number set. */
export function packSegment(slice: number, segment: number): number {
  return slice * SIZES.segmentsPerSlice + segment;
}

export function unpackSegment(packed: number): { slice: number; segment: number } {
  return { slice: Math.floor(packed / SIZES.segmentsPerSlice), segment: packed % SIZES.segmentsPerSlice };
}

/** A new run's id: the UTC second it was made in, readable and sortable, and 6 random characters. */
export function newRunId(now: number, random: () => number): string {
  const stamp = new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  const tail = Array.from({ length: 6 }, () => Math.floor(random() * 36).toString(36)).join('');
  return `${stamp}-${tail}`;
}

/** The run a schedule's tick starts: the same tick is the same run, however often it fires. */
export function scheduledRunId(scheduledAt: Date): string {
  return `schedule-${scheduledAt.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')}`;
}
