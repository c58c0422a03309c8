import * as z from 'zod';
import { READS, WRITES } from '../domain/format.ts';
import type { SegmentRef } from '../domain/layout.ts';
import { countsSchema } from '../domain/run.ts';
import type { ObjectReader, ObjectWriter } from '../ports/objects.ts';
import type { Frozen } from '../ports/segment-store.ts';
import { readVersioned } from './part.ts';

/** A finished run's parts, in the report's order: what `show`, `failures` and a redrive read. */
export const manifestSchema = z.object({
  version: z.literal(READS),
  parts: z.array(
    z.object({
      slice: z.number(),
      segment: z.number(),
      part: z.string(),
      counts: countsSchema,
      reasons: z.record(z.string(), z.number()),
      reducedBy: z.string().optional(),
      reduced: z.string().optional(),
      reduceError: z.string().optional(),
      csvBytes: z.number().optional(),
    }),
  ),
});

/** One part of a report. In a redrive's, slice and segment are those of the root run. */
export type ManifestPart = SegmentRef &
  Frozen & {
    /** Prefix of its CSV and index where another definition than the one that froze it has reduced its rows anew. */
    readonly reduced?: string | undefined;
  };

/** Where a part's CSV, and the index with its statistics, are. Its rows never move. */
export const reducedKey = ({ part, reduced }: Pick<ManifestPart, 'part' | 'reduced'>): string => reduced ?? part;

const key = (run: string) => `${run}/parts.json`;

export async function writeManifest(objects: ObjectWriter, run: string, parts: readonly ManifestPart[]): Promise<void> {
  const lean = parts.map(({ statistics: _, course: __, ...part }) => part);
  await objects.put(key(run), JSON.stringify({ version: WRITES, parts: lean }), 'application/json');
}

/** @throws {ObjectNotFoundError} where the run never finished */
export async function readManifest(objects: ObjectReader, run: string): Promise<ManifestPart[]> {
  return manifestSchema.parse(await readVersioned(objects, key(run))).parts;
}
