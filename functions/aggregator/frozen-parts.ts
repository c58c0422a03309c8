import type { Section } from '../../shared/author/section.ts';
import { Course, type CourseJson } from '../../shared/domain/course.ts';
import type { SegmentRef } from '../../shared/domain/layout.ts';
import { addCounts, type Counts, NO_COUNTS, REDUCE_FAILED, type RunFailure } from '../../shared/domain/run.ts';
import { type ManifestPart, reducedKey } from '../../shared/storage/manifest.ts';
import { readPartIndex } from '../../shared/storage/part.ts';
import { Reduction } from '../../shared/storage/reduction.ts';
import type { AggregatorDeps } from './deps.ts';

/** Segments looked up at once. */
const READ_AHEAD = 16;
/** Segments whose statistics are held together: 32 KB each at most. */
const FEW = 256;

/** The frozen segments of a run, in the report's order, and how its children ended; null where an older release froze one of them. */
export async function frozenParts(
  { stores }: AggregatorDeps,
  run: string,
  segments: readonly SegmentRef[],
): Promise<{ readonly parts: ManifestPart[]; readonly course: CourseJson | null }> {
  const parts: ManifestPart[] = [];
  let course: Course | null = new Course();
  for (let i = 0; i < segments.length; i += READ_AHEAD) {
    const read = segments.slice(i, i + READ_AHEAD).map(async ({ slice, segment }) => {
      const { frozen } = await stores.segments.read(run, { slice, segment });
      // The run's set names it, and it is frozen before it is added.
      if (!frozen) throw new Error(`Segment ${slice}-${segment} is in its run's set but not frozen.`);
      // Of thousands of segments they would be too much to hold at once: they are read again, a few at a time.
      const { statistics, course: own, ...rest } = frozen;
      if (own) course?.merge(own);
      else course = null;
      return { slice, segment, ...rest, ...(segments.length <= FEW && { statistics }) };
    });
    parts.push(...(await Promise.all(read)));
  }
  return { parts, course: course?.toJSON() ?? null };
}

/** What a run comes to. */
export interface Tally {
  readonly counts: Counts;
  readonly reasons: readonly { reason: string; count: number }[];
  readonly sections: readonly Section[];
  /** Why there are no sections, where the reduce failed. */
  readonly failure: RunFailure | null;
}

/** Merges the parts' numbers. The counts hold whatever the user's reduce does. */
export async function tally({ objects, pipeline }: AggregatorDeps, parts: readonly ManifestPart[]): Promise<Tally> {
  const reduction = new Reduction(pipeline.reduce);
  const reasons = new Map<string, number>();
  let counts = NO_COUNTS;
  for (const part of parts) {
    counts = addCounts(counts, part.counts);
    if (part.reduceError !== undefined) reduction.fail(part.reduceError);
    for (const [reason, count] of Object.entries(part.reasons)) reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  }
  for (let i = 0; i < parts.length && reduction.failure === null; i += READ_AHEAD) {
    const read = parts
      .slice(i, i + READ_AHEAD)
      .map(async (part) => part.statistics ?? (await readPartIndex(objects, reducedKey(part))).statistics);
    for (const statistics of await Promise.all(read)) reduction.merge(statistics);
  }
  const sections = reduction.sections({ counts });
  const { failure: detail } = reduction;
  return {
    counts,
    reasons: [...reasons].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
    sections: detail === null ? sections : [],
    failure: detail === null ? null : { reason: REDUCE_FAILED, detail },
  };
}
