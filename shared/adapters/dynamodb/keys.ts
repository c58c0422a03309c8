import type { BlockRef, SegmentRef } from '../../domain/layout.ts';
import type { ChildStatus } from '../../domain/row.ts';

/** Keys of the table; each starts with the pipeline, so that IAM can fence pipelines by leading key. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export function keysOf(pipeline: string) {
  const base = `P#${pipeline}`;
  return {
    pipeline: base,
    run: (run: string): Key => ({ pk: `${base}#${run}`, sk: 'RUN' }),
    plan: (run: string): Key => ({ pk: `${base}#${run}`, sk: 'PLAN' }),
    root: (run: string): Key => ({ pk: `${base}#${run}`, sk: 'ROOT' }),
    progress: (run: string, shard: string): Key => ({ pk: `${base}#${run}`, sk: `PROGRESS#${shard}` }),
    sweep: (run: string): Key => ({ pk: `${base}#${run}`, sk: 'SWEEP' }),
    /** Padded, so that a query returns those of a run in the order in which they end. */
    wait: (run: string, until: number, { slice, segment }: SegmentRef): Key => ({
      pk: `${base}#${run}`,
      sk: `WAIT#${String(until).padStart(15, '0')}#${slice}-${segment}`,
    }),
    waits: (run: string): Key => ({ pk: `${base}#${run}`, sk: 'WAIT#' }),
    /** Of the pipeline's children that wait for callbacks, over all runs. */
    seats: { pk: base, sk: 'SEATS' },
    slice: (run: string, slice: number): Key => ({ pk: `${base}#${run}#S${slice}`, sk: 'SLICE' }),
    segment: (run: string, { slice, segment }: SegmentRef): Key => ({
      pk: `${base}#${run}#${slice}-${segment}`,
      sk: 'SEG',
    }),
    block: (run: string, ref: BlockRef): Key => ({ pk: blockPartition(base, run, ref), sk: 'BLOCK' }),
    page: (run: string, ref: BlockRef, page: number): Key => ({
      pk: blockPartition(base, run, ref),
      // Padded, so that a query returns a block's pages in the chain's order.
      sk: `IN#${String(page).padStart(3, '0')}`,
    }),
    outcomes: (run: string, ref: BlockRef, id: string): Key => ({
      pk: blockPartition(base, run, ref),
      sk: `OUT#${id}`,
    }),
    /** Of a call that stands alone: no run's id begins with a tilde. */
    call: (id: string): Key => ({ pk: `${base}#~C#${id}`, sk: 'CALL' }),
    /** Partition of the index. */
    calls: (state: 'DUE' | ChildStatus, shard: number): string => `${base}#${state}#${shard}`,
    notices: (run: string): Key => ({ pk: `${base}#${run}`, sk: 'TOLD' }),
    mails: (kind: string, hour: number): Key => ({ pk: base, sk: `MAILS#${hour}#${kind}` }),
    acts: 'ACT#',
    // Milliseconds have thirteen digits until the year 2286, so that a query returns acts in the order of time.
    act: (at: number, id: string): Key => ({ pk: base, sk: `ACT#${at}#${id}` }),
    refusal: (messageId: string): Key => ({ pk: base, sk: `REFUSED#${messageId}` }),
  };
}

export type Keys = ReturnType<typeof keysOf>;

function blockPartition(base: string, run: string, { slice, segment, block }: BlockRef): string {
  return `${base}#${run}#${slice}-${segment}.${block}`;
}
