import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline as streamTo } from 'node:stream/promises';
import * as z from 'zod';
import type { Objects } from '../shared/ports/objects.ts';

/** The part of summary.json that the command line reads; all else is passed on as it is. */
const summarySchema = z.looseObject({
  runId: z.string(),
  status: z.string(),
  seconds: z.number(),
  counts: z.object({
    total: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    cancelled: z.number(),
    expired: z.number(),
  }),
  reasons: z.array(z.object({ reason: z.string(), count: z.number() })),
  statistics: z
    .looseObject({
      value: z.string(),
      count: z.number(),
      min: z.number().nullable(),
      median: z.number().nullable(),
      p95: z.number().nullable(),
      max: z.number().nullable(),
    })
    .nullable(),
  mail: z.string(),
  objects: z.object({ csv: z.string(), html: z.string(), email: z.string().optional() }),
});

export type LocalSummary = z.infer<typeof summarySchema> & {
  paths: { report: string; html: string; email?: string; summary: string };
};

/** Fetches what a run made into a folder of its own, and writes a summary.json that names the files there. */
export async function fetchOutput(objects: Objects, summaryKey: string, outDir: string): Promise<LocalSummary> {
  const summary = summarySchema.parse(JSON.parse(Buffer.from(await objects.get(summaryKey)).toString('utf8')));
  const dir = join(outDir, summary.runId);
  await mkdir(dir, { recursive: true });
  const fetched = async (key: string, name: string) => {
    const path = join(dir, name);
    await streamTo(await objects.stream(key), createWriteStream(path));
    return path;
  };
  const { csv, html, email } = summary.objects;
  const [report, page, mail] = await Promise.all([
    fetched(csv, 'report.csv'),
    fetched(html, 'report.html'),
    email === undefined ? undefined : fetched(email, 'email.eml'),
  ]);
  const paths = { report, html: page, ...(mail !== undefined && { email: mail }), summary: join(dir, 'summary.json') };
  const local = { ...summary, paths };
  await writeFile(paths.summary, `${JSON.stringify(local, null, 2)}\n`);
  return local;
}
