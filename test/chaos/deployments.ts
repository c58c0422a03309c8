import * as z from 'zod';
import type { Pipeline } from '../../shared/author/definition.ts';
import type { Reduce } from '../../shared/author/reduce.ts';
import { unpackCount } from '../../shared/domain/completion.ts';
import type { Release } from '../../testing/loaded-system.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { type ChaosResult, chaosRun } from './chaos.ts';
import { readReport } from './report.ts';
import { draw } from './service.ts';
import { type AnyWorld, MINUTE, World } from './world.ts';

const statistics = z.object({ by: z.string(), count: z.number() });
const shown = z.tuple([
  z.object({ figures: z.tuple([z.object({ label: z.literal('counted'), value: z.number(), note: z.string() })]) }),
]);

/**
 * A pipeline as one release defines it: with a column that says so in every line, columns in another order than any other's, and
 * statistics that no other release's merge with.
 */
export function released(pipeline: Pipeline, by: string, rotate: number): Release {
  const { columns, cells } = pipeline.reduce;
  const turned = <T>(of: readonly T[], last: T): T[] => [...of.slice(rotate), ...of.slice(0, rotate), last];
  const reduce: Reduce = {
    columns: turned(columns, 'release'),
    cells: (row) => turned(cells(row), by),
    start() {
      let count = 0;
      return {
        add(row) {
          if (row.status === 'SUCCEEDED') count++;
        },
        merge(other) {
          const merged = statistics.parse(other);
          if (merged.by !== by) throw new Error(`Statistics of ${merged.by} are merged with those of ${by}.`);
          count += merged.count;
        },
        toJSON: () => ({ by, count }),
        sections: () => [
          { kind: 'figures', title: 'Statistics', figures: [{ label: 'counted', value: count, note: by }] },
        ],
      };
    },
  };
  return { pipeline: { ...pipeline, reduce }, reduceDigest: by };
}

export interface DeployedResult extends ChaosResult {
  /** Releases that froze segments of the run. */
  readonly frozenBy: readonly string[];
  /** The one that its report is of. */
  readonly reportOf: string | null;
}

/**
 * A chaos run with a deployment in its middle, once so many of its segments are frozen: both releases work side by side for a
 * while, and in every second run the older one comes back, some segments later. All of it is chosen by the seed.
 */
export async function deployedRun(seed: number, children: number): Promise<DeployedResult> {
  const chance = (salt: number) => draw(seed, -20, salt);
  const deployedAt = Math.floor(3 * chance(0));
  const besideMs = chance(1) * 3 * MINUTE;
  const rolledBackAt = chance(2) < 0.5 ? deployedAt + 1 + Math.floor(3 * chance(3)) : Number.POSITIVE_INFINITY;
  const random = new SeededRandom(seed);
  const worlds: AnyWorld[] = [];
  const result = await chaosRun(seed, children, (options) => {
    const before = released(options.pipeline, 'before', 0);
    const after = released(options.pipeline, 'after', 2);
    let since: number | undefined;
    const release = () => {
      const [world] = worlds;
      const frozen = world?.journal.frozen.size ?? 0;
      if (!world || frozen < deployedAt || frozen >= rolledBackAt) return before;
      since ??= world.now();
      return world.now() < since + besideMs && random.chance(0.5) ? before : after;
    };
    const world = new World({ ...options, pipeline: before.pipeline, release });
    worlds.push(world);
    return world;
  });
  const [world] = worlds;
  if (!world || result.stuck > 0) return { ...result, frozenBy: [], reportOf: null };
  const run = `chaos-${seed}`;
  const { reportOf, problems } = await checkUnmixed(world, run);
  result.problems.push(...problems);
  return { ...result, frozenBy: await frozenBy(world, run), reportOf };
}

/** Whether a report's header, lines and statistics are one release's. */
export async function checkUnmixed(
  world: AnyWorld,
  run: string,
): Promise<{ reportOf: string | null; problems: string[] }> {
  const csv = Buffer.from(await world.objects.get(`${run}/report.csv`)).toString();
  const [header = '', ...lines] = csv.trimEnd().split('\n');
  const ends = new Set(lines.map((line) => /,(before|after),(?:SUCCEEDED|FAILED|CANCELLED|EXPIRED),/.exec(line)?.[1]));
  // Of a row whose reduce failed the cells are empty; here none fails.
  const problems = ends.size > 1 ? [`The report has lines of ${[...ends].join(' and ')}.`] : [];
  const isBefore = header.startsWith('id,i,reading,');
  const byHeader = isBefore ? 'before' : 'after';
  const [byLine = byHeader] = ends;
  if (byLine !== byHeader) problems.push(`The report's header is of ${byHeader}, its lines are of ${byLine}.`);
  const { summary } = await readReport(world.deps, run);
  const [{ figures }] = shown.parse(summary.sections);
  const [{ value, note }] = figures;
  if (note !== byHeader) problems.push(`The report is of ${byHeader}, its statistics are of ${note}.`);
  if (value !== summary.counts.succeeded) {
    problems.push(`The statistics hold ${value} rows; ${summary.counts.succeeded} children succeeded.`);
  }
  return { reportOf: byHeader, problems };
}

/** Releases that froze a run's segments. */
async function frozenBy({ deps }: AnyWorld, run: string): Promise<string[]> {
  const by = new Set<string>();
  const { counted } = await deps.stores.runs.readCompletion(run);
  for (const { slice, segments } of [...counted].map(unpackCount)) {
    for (let segment = 0; segment < segments; segment++) {
      const { frozen } = await deps.stores.segments.read(run, { slice, segment });
      if (frozen?.reducedBy !== undefined) by.add(frozen.reducedBy);
    }
  }
  return [...by].sort();
}
