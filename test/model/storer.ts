import type { Base } from './processes.ts';

/** Of a forwarder's invocation: stores what has ended of a block's messages while others of their children are still called. */
export interface Storer extends Base {
  kind: 'store';
  /** Its page is written. */
  at: 'update' | 'tell' | 'notify';
  block: string;
  /** Children of the block. */
  size: number;
  ended: [number, string][];
}
