import { writeCsv } from '../../functions/aggregator/write-csv.ts';
import { definePipeline } from '../../shared/author/definition.ts';
import { statistics } from '../../shared/author/reducers/statistics.ts';
import { list } from '../../shared/author/sources/list.ts';
import type { Log } from '../../shared/ports/deps.ts';
import type { Objects } from '../../shared/ports/objects.ts';
import type { ManifestPart } from '../../shared/storage/manifest.ts';
import { Reduction } from '../../shared/storage/reduction.ts';
import { writePart } from '../../shared/storage/write-part.ts';
import type { Item, Result } from '../data.ts';
import { BLOCK, blocksOf, SEGMENT } from './rows.ts';

/** What a company's report shows. */
const pipeline = definePipeline({
  name: 'reduce',
  source: list((): Item[] => []),
  endpoint: { service: 'reduce', path: '/' },
  reduce: statistics<Item, Result>({
    values: { score: 'score', limit: 'limit' },
    groupBy: 'country',
    label: 'name',
    columns: ['name', 'country', 'revenue', 'since', 'score', 'band', 'limit', 'checked'],
  }),
});

const log: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** Freezes segment after segment, merges what they came to and writes report.csv, to a store that keeps one piece of each kind. */
export async function measureReduce(rows: number): Promise<number> {
  const objects = nullStore();
  const deps = { objects, pipeline, log };
  const blocks = blocksOf();
  const whole = new Reduction(pipeline.reduce);
  const parts: ManifestPart[] = [];
  let csvBytes = 0;
  for (let segment = 0; segment * SEGMENT < rows; segment++) {
    const count = Math.min(SEGMENT, rows - segment * SEGMENT) / BLOCK;
    const frozen = await writePart(deps, `parts/${segment}`, async (draft) => {
      for (let block = 0; block < count; block++) await draft.add(blocks(segment, block));
      whole.merge(draft.reduction.statistics());
    });
    const { statistics: _, ...rest } = frozen;
    parts.push({ slice: 0, segment, ...rest });
    csvBytes += frozen.csvBytes ?? 0;
  }
  const { bytes } = writeCsv(deps, 'reduce', parts);
  if ((await bytes) < rows * 50 || csvBytes === 0) throw new Error('The report lacks rows.');
  const sections = whole.sections({ counts: { total: rows, succeeded: rows, failed: 0, cancelled: 0, expired: 0 } });
  if (whole.failure !== null || sections.length === 0) throw new Error(`The reduce failed: ${whole.failure}`);
  return rows;
}

/** Takes everything. Of the parts' CSV it keeps the first of full length, and gives it for each: only their order would differ. */
function nullStore(): Objects {
  let csv: Uint8Array | null = null;
  const take = async (key: string, body: AsyncIterable<Uint8Array>) => {
    const kept: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body) {
      bytes += chunk.length;
      if (csv === null && key.endsWith('.csv.gz')) kept.push(Uint8Array.from(chunk));
    }
    if (csv === null && kept.length > 0) csv = Buffer.concat(kept);
    return { bytes };
  };
  return {
    put: async () => {},
    place: async () => null,
    putStream: take,
    get: async (_, range) => (csv ?? new Uint8Array()).subarray(range?.from, range?.to),
    copyNewest: async () => true,
    stream: async () => {
      throw new Error('Nothing here is read as a stream.');
    },
  };
}
