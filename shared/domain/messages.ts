import * as z from 'zod';
import { READS } from './format.ts';
import type { Held } from './held.ts';
import { childId, NAME, RUN_ID } from './ids.ts';
import type { RunBlock } from './layout.ts';

/**
 * The messages on the queues. Each names its version, so that a new deployment can finish an old one's runs, and its pipeline, so
 * that a function recognises another pipeline's message. A reader drops fields that it doesn't know, and they are gone when it sends
 * the message again. Nothing is lost: the table holds all that is needed to make a message anew.
 */
const head = { v: z.literal(READS), pipeline: z.string().regex(NAME), run: z.string().regex(RUN_ID) };
const index = (max: number) => z.number().int().min(0).max(max);

/** Enumerate one slice of a run. */
export const splitMessage = z.object({
  ...head,
  type: z.literal('slice'),
  slice: index(999),
  /**
   * Children of the canary have ended: whether all have, and how they went, is to be judged, and nothing enumerated. An older release
   * goes along the slice instead, as for any message that came twice.
   */
  judges: z.literal(true).optional(),
  /**
   * The HTTP API stored a start or a cancellation: the run is to be planned, or closed, as its record says. An older release finds no plan, and
   * the message comes back; what is closing is none of its slices' affair, and the sweeper closes it.
   */
  continues: z.literal(true).optional(),
});
export type SplitMessage = z.infer<typeof splitMessage>;

/** Call the children of one slot. */
export const workMessage = z.object({
  ...head,
  type: z.literal('work'),
  /** Slice, segment, block. */
  at: z.tuple([index(999), index(4_095), index(255)], z.unknown()),
  /** Number of the first child within its block. */
  slot: index(255),
  turn: index(1_000_000),
  /** Children of the whole block. */
  size: index(256).min(1),
  /** When the block's records may go, epoch seconds. */
  ttl: z.number().int().positive(),
  // Checked as what it is, JSON: walking each item with a schema would cost more than calling it.
  items: z
    .array(z.custom<Held>((value) => value !== undefined))
    .min(1)
    .max(64),
});
export type WorkMessage = z.infer<typeof workMessage>;

/** The block that a message's children are of. */
export function blockOf({ run, at: [slice, segment, block], size, ttl }: WorkMessage): RunBlock {
  return { run, ref: { slice, segment, block }, size, ttl };
}

/** A run's id as a tag of its mails: SES takes no tilde there, and no id has a dot. */
export const tagOfRun = (run: string): string => run.replace('~', '.');
const runOfTag = (tag: string): string => tag.replace('.', '~');

/** Freeze a full segment, or finish a full run. */
export const aggregateMessage = z.discriminatedUnion('type', [
  z.object({ ...head, type: z.literal('segment'), slice: index(999), segment: index(4_095) }),
  z.object({ ...head, type: z.literal('finish') }),
  /** A mail came back: from EventBridge, with what SES says. */
  z.object({
    ...head,
    type: z.literal('bounced'),
    run: z.string().transform(runOfTag).pipe(head.run),
    /** `Permanent`, `Transient`, `Undetermined`. */
    kind: z.string().max(40),
    recipients: z
      .array(z.object({ emailAddress: z.string().max(400), status: z.string().max(40).optional() }))
      .max(100),
  }),
]);
export type AggregateMessage = z.infer<typeof aggregateMessage>;
export type BouncedMessage = Extract<AggregateMessage, { type: 'bounced' }>;

/** Ids of what a message is about, for logs. A slot has the id of its first child. */
export function idsOf(message: SplitMessage | WorkMessage | AggregateMessage): Record<string, string> {
  const { run } = message;
  switch (message.type) {
    case 'slice':
      return { run, slice: `${message.slice}` };
    case 'work':
      return { run, slot: childId({ ...blockOf(message).ref, n: message.slot }) };
    case 'segment':
      return { run, segment: `${message.slice}-${message.segment}` };
    case 'finish':
    case 'bounced':
      return { run };
  }
}
