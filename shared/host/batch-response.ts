import * as z from 'zod';
import { beginning } from '../domain/text.ts';

const response = z
  .object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish() })
  .nullish();

/**
 * Message ids that an SQS handler's answer reports as failed, by Lambda's rules for ReportBatchItemFailures: nothing, null
 * and an empty list mean that all succeeded.
 * @throws {Error} where Lambda would fail the whole batch: an answer of another shape, an empty or an unknown identifier.
 */
export function failedMessages(answer: unknown, batch: ReadonlySet<string>): ReadonlySet<string> {
  const parsed = response.safeParse(answer);
  if (!parsed.success) {
    throw new Error(
      `Handler answered ${shown(answer)}; allowed: {batchItemFailures: [{itemIdentifier: "<messageId>"}]}`,
    );
  }
  const failed = new Set(parsed.data?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
  for (const id of failed) {
    if (!batch.has(id)) throw new Error(`Handler reported message ${shown(id)} as failed, which is not in its batch`);
  }
  return failed;
}

const shown = (value: unknown) => beginning(JSON.stringify(value) ?? String(value), 200);
