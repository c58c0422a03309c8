import type { SQSEvent } from 'aws-lambda';
import * as z from 'zod';

export function isBatch(event: unknown): event is SQSEvent {
  return typeof event === 'object' && event !== null && 'Records' in event;
}

const answered = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

/** Ids of the messages that an answer says have failed. */
export function failuresIn(answer: unknown): string[] {
  return answered.parse(answer).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}
