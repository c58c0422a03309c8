import { field } from '../../shared/author/columns.ts';
import { beginning } from '../../shared/domain/text.ts';
import type { ReasonExample } from '../../shared/report/view.ts';
import type { ManifestPart } from '../../shared/storage/manifest.ts';
import { type HeldRow, readPartBlock, readPartIndex, rowOf } from '../../shared/storage/part.ts';
import type { AggregatorDeps } from './deps.ts';

/** Examples of a reason, reasons that get some, and blocks that are read for them: a report must not read all its rows. */
const EACH = 3;
const REASONS = 10;
const BLOCKS = 16;
/** Characters of a label, and of an excerpt: a page of a mail. */
const [LABEL, EXCERPT] = [60, 160];

/** A few children for each of the most frequent reasons, the first ones that are found. */
export async function examplesOf(
  deps: Pick<AggregatorDeps, 'objects' | 'pipeline'>,
  parts: readonly ManifestPart[],
  reasons: readonly { readonly reason: string }[],
): Promise<ReadonlyMap<string, readonly ReasonExample[]>> {
  const wanted = new Map(reasons.slice(0, REASONS).map(({ reason }): [string, ReasonExample[]] => [reason, []]));
  const isWanted = (reason: string) => (wanted.get(reason)?.length ?? EACH) < EACH;
  let left = BLOCKS;
  for (const part of parts) {
    if (!Object.keys(part.reasons).some(isWanted)) continue;
    // Rows never move: they stand under the part's first key, whoever reduced them since.
    const index = await readPartIndex(deps.objects, part.part);
    for (let block = 0; block < index.offsets.length - 1; block++) {
      if (left-- === 0) return wanted;
      for (const row of await readPartBlock(deps.objects, part.part, index, block)) {
        if (row.reason !== null && isWanted(row.reason)) wanted.get(row.reason)?.push(exampleOf(deps, row));
      }
      if (!Object.keys(part.reasons).some(isWanted)) break;
    }
  }
  return wanted;
}

/** What is said of a child is what the definition lets out anyway: its label, the columns of report.csv, and the excerpt that it allows. */
function exampleOf({ pipeline }: Pick<AggregatorDeps, 'pipeline'>, row: HeldRow): ReasonExample {
  const { id, result } = row;
  const { failedRows, bodyExcerpt } = pipeline.report;
  const label = failedRows === 'omit' ? undefined : labelOf(pipeline, row);
  return {
    id,
    label: label === undefined ? null : beginning(String(label), LABEL),
    excerpt: bodyExcerpt > 0 && typeof result === 'string' && result !== '' ? beginning(result, EXCERPT) : null,
  };
}

/** By the reduce's own label; where it has none, or that says nothing of the row, by the first field that is a column. */
function labelOf({ reduce }: AggregatorDeps['pipeline'], row: HeldRow): string | number | undefined {
  const own = () => {
    try {
      return reduce.label?.of(rowOf(row));
    } catch {
      // A user's code, which may expect what only a child that succeeded has.
      return undefined;
    }
  };
  return [own(), ...reduce.columns.map((column) => field(column, row.item))].find(isName);
}

const isName = (value: unknown): value is string | number =>
  (typeof value === 'string' && value !== '') || typeof value === 'number';
