import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import { parseChildId } from '../../shared/domain/ids.ts';
import type { AnyWorld } from '../chaos/world.ts';
import { CITIES, KILLER, kmOf, REFUSED } from './release.ts';

const row = z.object({
  id: z.string(),
  city: z.string(),
  country: z.string(),
  km: z.string(),
  attempts: z.coerce.number(),
  status: z.string(),
  reason: z.string(),
});

/** The lines of a run's report. */
export async function report({ objects }: Pick<AnyWorld, 'objects'>, run: string) {
  const lines: unknown = parse(Buffer.from(await objects.get(`${run}/report.csv`)), { columns: true });
  return z.array(row).parse(lines);
}

/** What is wrong with a report of all cities, of which these failed. */
export function wrong(rows: z.infer<typeof row>[], failed: Readonly<Record<number, string>>): string[] {
  const problems = rows.flatMap(({ id, city, country, km, status, reason }, i) => {
    const isRight =
      city === `city ${i}` &&
      country === `C${i % 3}` &&
      reason === (failed[i] ?? '') &&
      status === (i in failed ? 'FAILED' : 'SUCCEEDED') &&
      km === (i in failed ? '' : String(kmOf(i)));
    return isRight ? [] : [`${i}: ${id} ${city} ${country} ${km} ${status} ${reason}`];
  });
  if (rows.length !== CITIES) problems.push(`${rows.length} rows.`);
  const ids = rows.map(({ id }) => parseChildId(id)).map((id) => [id.slice, id.segment, id.block, id.n]);
  const sorted = [...ids].sort((a, b) => a.reduce((order, each, at) => order || each - (b[at] ?? 0), 0));
  if (JSON.stringify(ids) !== JSON.stringify(sorted)) problems.push('The rows are out of order.');
  return problems;
}

/** Children that fail before they are redriven. */
export const AT_FIRST = { [REFUSED]: 'http-422', [KILLER]: 'poison' };
