import type * as z from 'zod';
import { aggregateMessage, splitMessage, workMessage } from './messages.ts';

/**
 * A pipeline's queues, in the data's order, with what their messages are: the one list of them. Ports, uses, variables and deployment
 * records are made from it, and functions/system.ts has to declare each.
 */
export const MESSAGES = { split: splitMessage, work: workMessage, aggregate: aggregateMessage } as const;

export type QueueName = keyof typeof MESSAGES;
export type MessageOf<Q extends QueueName> = z.infer<(typeof MESSAGES)[Q]>;

const isQueueName = (name: string): name is QueueName => name in MESSAGES;
export const QUEUES: readonly QueueName[] = Object.keys(MESSAGES).filter(isQueueName);
