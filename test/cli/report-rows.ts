import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import { checkSections } from '../../shared/author/section.ts';

const row = z.object({
  id: z.string(),
  name: z.string(),
  country: z.string(),
  staff: z.coerce.number(),
  band: z.string(),
  score: z.string().transform((text) => (text === '' ? null : Number(text))),
  status: z.string(),
  reason: z.string(),
});
export type ReportRow = z.infer<typeof row>;

/** The rows of a report.csv of the fixtures' pipeline `scores`, read by a parser that isn't ours. */
export async function reportRows(path: string): Promise<ReportRow[]> {
  return z.array(row).parse(parse(await readFile(path, 'utf8'), { columns: true, bom: true }));
}

/** What `--json` prints of a run that was followed to its end. */
export const summarySchema = z.object({
  runId: z.string(),
  status: z.string(),
  counts: z.object({ total: z.number(), succeeded: z.number(), failed: z.number() }).loose(),
  reasons: z.array(z.object({ reason: z.string(), count: z.number() })),
  sections: z.array(z.unknown()).transform((sections) => checkSections(sections)),
  paths: z.object({ report: z.string(), html: z.string(), email: z.string(), summary: z.string() }),
});

/** What a command printed as a JSON object a line. */
export const jsonLines = (stdout: string): unknown[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
