import * as z from 'zod';
import { InputError } from '../domain/errors.ts';
import { countsSchema, runFailure } from '../domain/run.ts';
import type { ObjectReader } from '../ports/objects.ts';
import type { RunRecord } from '../ports/run-store.ts';

const tolerated = z.union([z.object({ failedCount: z.number() }), z.object({ failedPercent: z.number() })]);

/** The part of summary.json that a person is shown; all else is passed on as it is. */
const summarySchema = z.looseObject({
  runId: z.string(),
  status: z.string(),
  /** Absent from what an older version wrote; a newer one may write words that aren't known here. */
  closed: z.string().nullable().default(null),
  seconds: z.number(),
  counts: countsSchema,
  /** What it was asked to do; absent from what an older version wrote. */
  asked: z.object({ tolerated }).nullable().catch(null),
  reasons: z.array(z.object({ reason: z.string(), count: z.number() })),
  /** Absent from what an older version wrote; a newer one may write kinds that aren't known here. */
  sections: z.array(z.unknown()).default([]),
  /** Absent from what an older version wrote. */
  failure: runFailure.nullable().default(null),
  mail: z.string(),
  /** Absent from what an older version wrote; whoever was told of the end besides. */
  told: z.record(z.string(), z.object({ outcome: z.string(), detail: z.string() })).default({}),
  objects: z.object({ csv: z.string(), html: z.string(), email: z.string().optional() }),
  /** Absent from what an older version wrote. */
  outputs: z.record(z.string(), z.array(z.object({ key: z.string() }))).default({}),
});
export type Summary = z.infer<typeof summarySchema>;

/** Reads what an ended run says of itself. @throws {InputError} while it goes on */
export async function readSummary(objects: ObjectReader, { run, summary, status }: RunRecord): Promise<Summary> {
  if (summary === null) throw new InputError(`Run "${run}" has no report yet: it is ${status}.`);
  return summarySchema.parse(JSON.parse(Buffer.from(await objects.get(summary)).toString('utf8')));
}
