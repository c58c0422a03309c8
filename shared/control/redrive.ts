import { InputError, RunConflictError, RunNotFoundError } from '../domain/errors.ts';
import { executionId, mayHold, type RedriveFilter, redriveFilter, rootOf } from '../domain/redrive.ts';
import { isFinal } from '../domain/run.ts';
import type { Deps } from '../flow/deps.ts';
import { readManifest } from '../flow/manifest.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { assertSameReduce } from './same-reduce.ts';
import { createRun, definitionDigest, digest, planRun, type Started } from './start.ts';

/**
 * Calls again what failed in a finished run, as the run `<root>~<n>`: its report is the whole one, with the new outcomes in
 * place. Any number of times; while one is under way, asking for the same again is asking for that one.
 * @param input a {@link RedriveFilter}; by default every FAILED child
 * @throws {RunNotFoundError}
 * @throws {InputError} while the run goes on, when nothing fits the filter, or when the definition's item, call or reduce
 *   changed since: its rows and the new ones would not belong together
 */
export async function redriveRun(deps: Deps, run: string, input: unknown = {}): Promise<Started> {
  const parsed = redriveFilter.safeParse(input);
  if (!parsed.success) throw new InputError(`The redrive's filter is not valid: ${parsed.error.issues[0]?.message}`);
  const filter = parsed.data;
  const { latest, n } = await latestExecution(deps, run);
  if (!isFinal(latest.status)) {
    if (latest.redrive && latest.input === inputOf(latest.redrive.base, filter)) {
      if (latest.status === 'planned') await planRun(deps, latest);
      return { runId: latest.run, status: latest.status, created: false };
    }
    throw new InputError(
      `Run "${latest.run}" is still ${latest.status}; redrive it once it has ended, or cancel it first.`,
    );
  }
  if (latest.definition !== definitionDigest(deps.pipeline)) {
    throw new InputError(
      `The definition of "${deps.pipeline.name}" changed its columns since run "${latest.run}": old rows and new ones would not belong together. Start a new run.`,
    );
  }
  await assertSameReduce(deps, rootOf(run));
  await refuseNothing(deps, latest, filter);
  const { created, record } = await createRun(deps, {
    run: executionId(rootOf(run), n + 1),
    input: inputOf(latest.run, filter),
    params: latest.params,
    limit: null,
    trigger: 'redrive',
    redrive: {
      base: latest.run,
      root: rootOf(run),
      filter,
      closed: latest.closed,
      cut: latest.flags.includes('cut') || latest.redrive?.cut === true,
    },
  });
  if (record.input !== inputOf(latest.run, filter)) throw new RunConflictError(record.run);
  await planRun(deps, record);
  return { runId: record.run, status: record.status, created };
}

function inputOf(base: string, filter: RedriveFilter): string {
  return digest({ base, statuses: [...filter.statuses].sort(), reasons: [...filter.reasons].sort() });
}

/**
 * The newest execution of the chain that a run belongs to.
 * @throws {RunNotFoundError}
 */
export async function latestExecution(
  { stores, pipeline }: Deps,
  run: string,
): Promise<{ latest: RunRecord; n: number }> {
  const root = rootOf(run);
  let latest: RunRecord | null = null;
  for (let n = 1; ; n++) {
    const record = await stores.runs.read(executionId(root, n));
    if (!record) {
      if (latest) return { latest, n: n - 1 };
      throw new RunNotFoundError(pipeline.name, run);
    }
    latest = record;
  }
}

async function refuseNothing({ objects }: Deps, { run }: RunRecord, filter: RedriveFilter): Promise<void> {
  const parts = await readManifest(objects, run);
  const fits = parts.filter(({ counts }) => mayHold(filter, counts));
  const reasons = new Set(parts.flatMap((part) => Object.keys(part.reasons)));
  const known = filter.reasons.length === 0 || filter.reasons.some((reason) => reasons.has(reason));
  if (fits.length > 0 && known) return;
  throw new InputError(
    `Run "${run}" has no child that is ${filter.statuses.join(' or ')}${filter.reasons.length > 0 ? ` with reason ${filter.reasons.join(' or ')}` : ''}. Its reasons: ${[...reasons].join(', ') || '(none)'}.`,
  );
}
