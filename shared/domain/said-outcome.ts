import * as z from 'zod';
import type { Json } from './json.ts';
import { judgeStatus, type Verdict } from './retry.ts';
import { beginning } from './text.ts';

/**
 * What became of an item where no HTTP answer of its own says so: in a batch's list, or in a callback. It says what that answer would have
 * been. Strict, so that a result which isn't where it belongs isn't lost unsaid.
 */
export const saidOutcome = z.strictObject({
  status: z.number().int().min(200).max(599),
  result: z.custom<Json>((value) => value !== undefined).optional(),
  /** As the headers `Microprocess-Retry` and `Microprocess-Reason`. */
  retry: z.string().optional(),
  reason: z.string().optional(),
});

/** What it means, by the one table of answers. */
export function verdictOf({ status, result = null, retry, reason }: z.output<typeof saidOutcome>): Verdict {
  const body = result === null ? '' : JSON.stringify(result);
  const says = { retry: retry ?? null, reason: reason ?? null };
  return judgeStatus({ httpStatus: status, says, body }, () => 0) ?? { kind: 'succeeded', result };
}

/** Of a place that is shown. */
const PLACE_LENGTH = 200;

/** The place of what is wrong first with one; empty for it as a whole. */
export function misfitPlace({ issues: [issue] }: z.ZodError): string {
  const keys = issue?.code === 'unrecognized_keys' ? issue.keys : [];
  return beginning([...(issue?.path ?? []), ...keys].map(String).join('.'), PLACE_LENGTH);
}
