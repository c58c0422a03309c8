import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import { countsSchema } from '../../shared/domain/run.ts';
import type { Deps } from '../../shared/ports/deps.ts';

const row = z.object({
  id: z.string(),
  i: z.coerce.number(),
  reading: z.coerce.number(),
  value: z.string(),
  attempts: z.coerce.number(),
  status: z.enum(['SUCCEEDED', 'FAILED', 'CANCELLED', 'EXPIRED']),
  reason: z.string(),
});
/** A line of a chaos pipeline's report.csv. */
export type ReportRow = z.infer<typeof row>;

const summary = z.object({
  status: z.string(),
  counts: countsSchema,
  reasons: z.array(z.object({ reason: z.string(), count: z.number() })),
  sections: z.array(z.unknown()),
  reportBytes: z.number(),
});
export type ReportSummary = z.infer<typeof summary>;

/** What a run left, read as a person's tools would. */
export async function readReport(
  { objects }: Pick<Deps, 'objects'>,
  run: string,
): Promise<{ rows: ReportRow[]; summary: ReportSummary; csvBytes: number }> {
  const csv = Buffer.from(await objects.get(`${run}/report.csv`));
  const json: unknown = JSON.parse(Buffer.from(await objects.get(`${run}/summary.json`)).toString('utf8'));
  const lines: unknown = parse(csv, { columns: true });
  return { rows: z.array(row).parse(lines), summary: summary.parse(json), csvBytes: csv.length };
}
