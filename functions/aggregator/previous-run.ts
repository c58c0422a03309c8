import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { knownSections, type Section } from '../../shared/author/section.ts';
import { ObjectDeniedError, ObjectNotFoundError } from '../../shared/domain/errors.ts';
import { firstRunOf } from '../../shared/domain/redrive.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import type { PreviousView } from '../../shared/report/view.ts';
import type { AggregatorDeps } from './deps.ts';

/** Newest runs among which the one before is looked for. */
const LOOKED_AT = 12;

/** What is read of another run's summary.json, whichever release wrote it: what isn't as expected is as if it weren't there. */
const summarySchema = z.object({
  reasons: z
    .array(z.object({ reason: z.string(), count: z.number() }))
    .nullable()
    .catch(null),
  calls: z.object({ medianMs: z.number(), p95Ms: z.number() }).nullable().catch(null),
  sections: z.array(z.unknown()).catch([]),
});

/** A run before, with what its reduce showed. */
type PreviousRun = Omit<PreviousView, 'figures'> & { readonly sections: readonly Section[] };

/**
 * The run to compare with; null where there is none. It is the newest that began before this one (a redrive: before its first run), was not
 * closed before its end, and had the same limit; in it the latest redrive counts. A report is made without it if it can't be read.
 */
export async function previousRun(
  deps: Pick<AggregatorDeps, 'stores' | 'objects' | 'log'>,
  record: RunRecord,
): Promise<PreviousRun | null> {
  try {
    const before = await find(deps, record);
    if (!before?.counts || before.summary === null) return null;
    const { run, startedAt, endedAt, counts, params, redrive } = before;
    const { reasons, calls, sections: stored } = await read(deps, before.summary);
    return {
      run,
      startedAt,
      isOther: !isDeepStrictEqual(params, record.params),
      counts,
      tookMs: record.redrive || redrive || endedAt === null ? null : endedAt - startedAt,
      reasons,
      calls,
      sections: knownSections(stored),
    };
  } catch (error) {
    deps.log.warn('The run before could not be read: the report compares with none.', { error });
    return null;
  }
}

async function find({ stores }: Pick<AggregatorDeps, 'stores'>, record: RunRecord): Promise<RunRecord | undefined> {
  const own = firstRunOf(record.run);
  const began = record.redrive ? ((await stores.runs.read(own))?.startedAt ?? record.startedAt) : record.startedAt;
  const listed = await stores.runs.list({ limit: LOOKED_AT });
  const firstBegan = new Map(listed.map(({ run, startedAt }) => [run, startedAt]));
  const beganOf = ({ run, startedAt }: RunRecord) => firstBegan.get(firstRunOf(run)) ?? startedAt;
  return listed
    .filter((one) => firstRunOf(one.run) !== own && beganOf(one) < began && isWhole(one))
    .filter(({ limit, items }) => limit === record.limit && (items === undefined) === (record.items === undefined))
    .sort((a, b) => beganOf(b) - beganOf(a) || b.startedAt - a.startedAt)[0];
}

/** Whether it ended with all children of its source. */
const isWhole = ({ counts, closed, flags, redrive }: RunRecord) =>
  counts !== null && closed === null && !flags.includes('cut') && !redrive?.cut;

async function read({ objects }: Pick<AggregatorDeps, 'objects'>, key: string): Promise<z.infer<typeof summarySchema>> {
  try {
    return summarySchema.parse(JSON.parse(Buffer.from(await objects.get(key)).toString('utf8')));
  } catch (error) {
    // Objects may go before records do. Without the right to list the bucket, S3 answers `denied` for a missing object.
    if (!(error instanceof ObjectNotFoundError || error instanceof ObjectDeniedError)) throw error;
    return { reasons: null, calls: null, sections: [] };
  }
}

/** What a report says of the run before it, beside these sections of its own. */
export function comparedWith({ sections, ...previous }: PreviousRun, own: readonly Section[]): PreviousView {
  return { ...previous, figures: inBoth(own, sections) };
}

/** Numbers that both have under the same keys: of a distribution its median alone, which says most. */
function inBoth(now: readonly Section[], before: readonly Section[]): PreviousView['figures'] {
  const known = new Map(keyed(before).map(({ id, value }) => [id, value]));
  return keyed(now).flatMap(({ id, of, label, unit, value }) => {
    const old = known.get(id);
    return old === undefined ? [] : [{ of, label, unit, now: value, before: old }];
  });
}

function keyed(sections: readonly Section[]) {
  return sections.flatMap((section) => {
    if (section.kind !== 'figures' || section.key === undefined) return [];
    const { key: of, figures } = section;
    const median = figures.filter(({ key }) => key === 'median');
    return (median.length > 0 ? median : figures).flatMap(({ key, label, unit, value }) =>
      key === undefined || typeof value !== 'number'
        ? []
        : [{ id: JSON.stringify([of, key]), of, label: median.length > 0 ? `${label} of ${of}` : label, unit, value }],
    );
  });
}
