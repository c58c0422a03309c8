import { RetryLater } from '../../shared/lambda/retry-later.ts';
import type { Invocation } from '../../shared/ports/deps.ts';
import type { ManifestPart } from '../../shared/storage/manifest.ts';
import { reduceAnew } from '../../shared/storage/reduce-anew.ts';
import type { AggregatorDeps } from './deps.ts';

/** Time kept for the report itself, behind the parts that are reduced anew before it. */
const REPORT_MS = 600_000;

/**
 * The parts of a report, all reduced by this function's definition and code: those that another deployment froze are reduced anew, so
 * that no report is a mixture. Costs nothing where all agree.
 * @throws {RetryLater} where that takes longer than an invocation: the next one goes on behind what is done
 */
export async function reducedHere(
  deps: AggregatorDeps,
  parts: readonly ManifestPart[],
  { deadline }: Invocation,
): Promise<readonly ManifestPart[]> {
  const { reduceDigest, clock, log } = deps;
  const others = parts.filter(({ reducedBy }) => reducedBy !== reduceDigest);
  if (others.length === 0) return parts;
  log.info('Parts of another deployment are reduced anew.', { parts: others.length, of: parts.length });
  const reduced: ManifestPart[] = [];
  for (const part of parts) {
    if (part.reducedBy !== reduceDigest && clock.now() + REPORT_MS > deadline) throw new RetryLater(1);
    reduced.push(part.reducedBy === reduceDigest ? part : await reduceAnew(deps, reduceDigest, part));
  }
  return reduced;
}
