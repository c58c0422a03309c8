import type { Delivery } from '../../shared/domain/sending.ts';

/**
 * Messages travel as short texts: `s:<slice>`, `w:…`, `g:<segment>`, `f`; in the dead-letter queue with an `x` before. A work
 * message that ends in `:d` is delayed until its children are due, in `:h` hidden until another forwarder is over.
 */

export interface Work {
  /** `<slice>-<segment>.<block>` */
  readonly block: string;
  readonly slot: number;
  /** A letter a child. */
  readonly items: string;
  readonly turn: number;
  readonly size: number;
  readonly receives: number;
  readonly delayed: boolean;
}

export function workText({ block, slot, items, turn, size, receives, delayed }: Work): string {
  return `w:${block}:${slot}:${items}:${turn}:${size}:${receives}${delayed ? ':d' : ''}`;
}

export function parseWork(text: string): Work {
  const [, block = '', slot, items = '', turn, size, receives, delayed] = text.split(':');
  return {
    block,
    slot: Number(slot),
    items,
    turn: Number(turn),
    size: Number(size),
    receives: Number(receives),
    delayed: delayed === 'd',
  };
}

export function delivery(work: Work): Delivery {
  const { slot, items, turn, size, receives } = work;
  return { slot, count: items.length, turn, blockSize: size, receives };
}

/** The message as its consumer gets it. More than two receives are as good as two. */
export function received(text: string): string {
  if (!text.startsWith('w:')) return text;
  const work = parseWork(text);
  return workText({ ...work, receives: Math.min(2, work.receives + 1) });
}

/** The message as it was sent. */
export function unreceived(text: string): string {
  return text.startsWith('w:') ? workText({ ...parseWork(text), receives: 0, delayed: false }) : text;
}

export const segmentOf = (block: string): string => block.slice(0, block.indexOf('.'));

export function parseSegment(segment: string): { slice: number; segment: number } {
  const [slice, k] = segment.split('-');
  return { slice: Number(slice), segment: Number(k) };
}

export const blockNumber = (block: string): number => Number(block.slice(block.indexOf('.') + 1));

/** A delay is over, and so is the time that a message was hidden. */
export const visible = (message: string): string => message.replace(/:[dh]$/, '');

export const isHidden = (message: string): boolean => message.endsWith(':d') || message.endsWith(':h');
