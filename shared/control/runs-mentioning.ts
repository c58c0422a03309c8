import { ObjectNotFoundError } from '../domain/errors.ts';
import { mentions, type Wanted } from '../domain/mentions.ts';
import { firstRunOf } from '../domain/redrive.ts';
import { isFinal } from '../domain/run.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { readManifest } from '../storage/manifest.ts';
import { partMentions } from '../storage/part-mentions.ts';

/** A run with its redrives, which stand on the first one's objects, and what was found there. */
export interface Mentioning {
  /** The first run first. */
  readonly runs: readonly string[];
  /**
   * Why it can't be said that nothing there mentions one of the texts. `run`: its id, its parameters or its input's name do. `gone`: some of its report is
   * gone, as a deletion that was cut off leaves it, or one by age.
   */
  readonly why: 'children' | 'run' | 'gone';
  /** At most {@link MANY}: then it was looked no further. */
  readonly children: number;
  /** A child that mentions it, where one does. */
  readonly example: string | null;
}

/** Children that are looked for in a run and its redrives. */
export const MANY = 1_000;

/** Runs of a pipeline, each with its redrives. */
export interface RunFamilies {
  readonly ended: readonly (readonly RunRecord[])[];
  /** With one at least that hasn't. */
  readonly unended: readonly (readonly RunRecord[])[];
}

/** All runs there are, oldest first, each with its redrives behind it. */
export async function runFamilies({ stores }: Pick<Deps, 'stores'>): Promise<RunFamilies> {
  const families = new Map<string, RunRecord[]>();
  for (const record of (await stores.runs.list({ limit: MOST_RUNS })).reverse()) {
    const root = firstRunOf(record.run);
    families.set(root, [...(families.get(root) ?? []), record]);
  }
  const all = [...families.values()];
  const hasEnded = (family: readonly RunRecord[]) => family.every(({ status }) => isFinal(status));
  return { ended: all.filter(hasEnded), unended: all.filter((family) => !hasEnded(family)) };
}

/** More than are kept of any pipeline: one a minute for two years. */
const MOST_RUNS = 1_000_000;

/**
 * Looks for texts in all that ended runs keep of their children, run by run: the report is made of it.
 * @param looked is told of rows that were looked at
 */
export async function* runsMentioning(
  deps: Pick<Deps, 'objects'>,
  ended: RunFamilies['ended'],
  wanted: Wanted,
  looked: (rows: number) => void = () => undefined,
): AsyncGenerator<Mentioning> {
  for (const family of ended) {
    const found = await lookAt(deps, family, wanted, looked);
    if (found) yield { runs: family.map(({ run }) => run), ...found };
  }
}

async function lookAt(
  deps: Pick<Deps, 'objects'>,
  family: readonly RunRecord[],
  wanted: Wanted,
  looked: (rows: number) => void,
): Promise<Omit<Mentioning, 'runs'> | null> {
  const children = new Set<string>();
  const found = (why: Mentioning['why']) => ({ why, children: children.size, example: [...children][0] ?? null });
  try {
    for await (const block of familyMentions(deps, family, wanted)) {
      looked(block.rows);
      for (const child of block.children) if (children.size < MANY) children.add(child);
      if (children.size === MANY) break;
    }
  } catch (error) {
    if (!(error instanceof ObjectNotFoundError)) throw error;
    return found('gone');
  }
  if (children.size > 0) return found('children');
  const isOfRun = family.some(({ run, params, file = '', items = '' }) => mentions([run, params, file, items], wanted));
  return isOfRun ? found('run') : null;
}

/** A redrive's report names the parts that it took over: each is read once. */
async function* familyMentions({ objects }: Pick<Deps, 'objects'>, family: readonly RunRecord[], wanted: Wanted) {
  const read = new Set<string>();
  for (const { run } of family)
    for (const part of await readManifest(objects, run)) {
      const key = `${part.part} ${part.reduced ?? ''}`;
      if (read.has(key)) continue;
      read.add(key);
      yield* partMentions(objects, part, wanted);
    }
}
