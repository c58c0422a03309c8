import type * as z from 'zod';
import { callMessage } from './call-message.ts';
import { aggregateMessage, splitMessage, workMessage } from './messages.ts';

/**
 * The queues that every pipeline has, in the data's order, with what their messages are: the one list of them. Ports, uses, variables and deployment
 * records are made from it, and functions/system.ts has to declare each.
 */
export const MESSAGES = { split: splitMessage, work: workMessage, aggregate: aggregateMessage } as const;

/** Those that a pipeline has only where its definition asks for them: an idle queue is polled, and paid for, all month. */
export const OPTIONAL_MESSAGES = { calls: callMessage } as const;

export type QueueName = keyof typeof MESSAGES;
export type OptionalQueue = keyof typeof OPTIONAL_MESSAGES;
export type AnyQueue = QueueName | OptionalQueue;
export type MessageOf<Q extends AnyQueue> = z.infer<(typeof MESSAGES & typeof OPTIONAL_MESSAGES)[Q]>;

const isQueueName = (name: string): name is QueueName => name in MESSAGES;
export const QUEUES: readonly QueueName[] = Object.keys(MESSAGES).filter(isQueueName);

const isAnyQueue = (name: string): name is AnyQueue => name in MESSAGES || name in OPTIONAL_MESSAGES;
export const ANY_QUEUES: readonly AnyQueue[] = Object.keys({ ...MESSAGES, ...OPTIONAL_MESSAGES }).filter(isAnyQueue);
