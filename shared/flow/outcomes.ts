import type { BlockRef } from '../domain/layout.ts';
import { SIZES } from '../domain/limits.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { Deps } from '../ports/deps.ts';

/** Writes outcomes in as many pages as their size asks for: one, unless results are large. */
export async function writeOutcomes(
  { stores, clock, random }: Pick<Deps, 'stores' | 'clock' | 'random'>,
  run: string,
  block: BlockRef,
  outcomes: readonly Outcome[],
  ttl: number,
): Promise<void> {
  const at = clock.now();
  await Promise.all(
    pagesOf(outcomes).map((page) =>
      stores.blocks.putOutcomes(run, block, { id: random.id(), at, outcomes: page }, ttl),
    ),
  );
}

function pagesOf(outcomes: readonly Outcome[]): Outcome[][] {
  const pages: Outcome[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const outcome of outcomes) {
    const size = sizeOf(outcome);
    if (bytes + size > SIZES.pageBytes) {
      pages.push([]);
      bytes = 0;
    }
    pages.at(-1)?.push(outcome);
    bytes += size;
  }
  return pages;
}

/** An estimate: a result is at most `inlineBytes` of JSON, so a page passes its limit by no more than one of them. */
function sizeOf({ result, reason }: Outcome): number {
  return 40 + (reason?.length ?? 0) + (result === null ? 4 : Buffer.byteLength(JSON.stringify(result)));
}
