import { InputError, RunConflictError, RunNotFoundError } from '../domain/errors.ts';
import { executionId, executionOf, firstRunOf, mayHold, type RedriveFilter, redriveFilter } from '../domain/redrive.ts';
import { isFinal, OUTPUT_FAILED, REDUCE_FAILED } from '../domain/run.ts';
import type { Deps } from '../ports/deps.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { readManifest } from '../storage/manifest.ts';
import { existingRun } from './existing-run.ts';
import { assertSameReduce } from './same-reduce.ts';
import {
  type CreateHook,
  createRun,
  definitionDigest,
  digest,
  planRun,
  type Started,
  type StartHooks,
  termsOf,
} from './start.ts';

/** A run past its deadline is closed and finished well within this. */
const FINISHING_MS = 3_600_000;

/**
 * Calls again what failed in a finished run, as the run `<root>~<n>`: its report is the whole one, with the new outcomes in
 * place. Any number of times; while one is under way, asking for the same again is asking for that one. All of a chain is kept
 * as long as its first run is. Where the reduce failed, it may have changed since, and it may have been all that failed: the report is
 * made again, of rows that the mended one reduces anew.
 * @param input a {@link RedriveFilter}; by default every FAILED child
 * @throws {RunNotFoundError}
 * @throws {InputError} while the run goes on, when nothing fits the filter, when its objects would be gone before the redrive
 *   is sure to have ended, or when the definition's item, call or reduce changed since: its rows and the new ones would not
 *   belong together
 */
export async function redriveRun(
  deps: Deps,
  run: string,
  input: unknown = {},
  hooks: StartHooks & CreateHook = {},
): Promise<Started> {
  const parsed = redriveFilter.safeParse(input);
  if (!parsed.success)
    throw new InputError(`The redrive's filter is not valid: ${parsed.error.issues[0]?.message}`, {
      loggable: `The redrive's filter is not valid: ${parsed.error.issues[0]?.code}`,
    });
  const filter = parsed.data;
  const { root, latest, n } = await latestExecution(deps, run);
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
  refuseTooLate(deps, root);
  if (latest.failure?.reason !== REDUCE_FAILED && latest.failure?.reason !== OUTPUT_FAILED) {
    await assertSameReduce(deps, root.run);
    await refuseNothing(deps, latest, filter);
  }
  const next: Parameters<typeof createRun>[1] = {
    run: executionId(root.run, n + 1),
    input: inputOf(latest.run, filter),
    params: latest.params,
    limit: null,
    trigger: 'redrive',
    redrive: {
      base: latest.run,
      root: root.run,
      filter,
      closed: latest.closed,
      cut: latest.flags.includes('cut') || latest.redrive?.cut === true,
    },
  };
  hooks.signal?.throwIfAborted();
  const { created, record } = await createRun(deps, next, root.ttl);
  if (record.input !== inputOf(latest.run, filter)) throw new RunConflictError(record.run);
  hooks.accepted?.(record.run);
  if (created) await hooks.created?.(record.run);
  await planRun(deps, record);
  return { runId: record.run, status: record.status, created };
}

function inputOf(base: string, filter: RedriveFilter): string {
  return digest({ base, statuses: [...filter.statuses].sort(), reasons: [...filter.reasons].sort() });
}

/**
 * The first and the newest execution of the chain that a run belongs to.
 * @throws {RunNotFoundError}
 */
export async function latestExecution(
  { stores, pipeline }: Pick<Deps, 'stores' | 'pipeline'>,
  run: string,
): Promise<{ root: RunRecord; latest: RunRecord; n: number }> {
  const root = await existingRun({ stores, pipeline }, firstRunOf(run));
  let latest = root;
  for (let n = 1; ; n++) {
    const next = await stores.runs.read(executionId(root.run, n + 1));
    if (!next) {
      // Of a purge that was cut off the later ones are gone, the first isn't.
      if (executionOf(run) > n && !(await stores.runs.wasPurged(run))) throw new RunNotFoundError(pipeline.name, run);
      return { root, latest, n };
    }
    latest = next;
  }
}

/**
 * Every execution's report holds parts and items of the first, which S3 deletes by their age: a redrive that outlived them could
 * never finish. The lifecycle rule is today's definition's, and never comes before what that promises the first run.
 */
function refuseTooLate({ pipeline, clock }: Deps, root: RunRecord): void {
  const until = Math.min(root.ttl * 1_000, termsOf(pipeline, root.startedAt).keptUntil);
  const end = termsOf(pipeline, clock.now()).deadline + FINISHING_MS;
  if (end <= until) return;
  throw new InputError(
    `Run "${root.run}" and its redrives are kept until ${iso(until)}, and another one could take until ${iso(end)}. Start a new run.`,
  );
}

const iso = (time: number) => `${new Date(time).toISOString().slice(0, 16)}Z`;

async function refuseNothing({ objects }: Deps, { run }: RunRecord, filter: RedriveFilter): Promise<void> {
  const parts = await readManifest(objects, run);
  const fits = parts.filter(({ counts }) => mayHold(filter, counts));
  const reasons = new Set(parts.flatMap((part) => Object.keys(part.reasons)));
  const known = filter.reasons.length === 0 || filter.reasons.some((reason) => reasons.has(reason));
  if (fits.length > 0 && known) return;
  const none = `Run "${run}" has no child that is ${filter.statuses.join(' or ')}`;
  const byReason = filter.reasons.length > 0;
  const has = `Its reasons: ${[...reasons].join(', ') || '(none)'}.`;
  throw new InputError(`${none}${byReason ? ` with reason ${filter.reasons.join(' or ')}` : ''}. ${has}`, {
    // The reasons that were asked for may be any text.
    loggable: `${none}${byReason ? ' with any of the reasons that were asked for' : ''}. ${has}`,
  });
}
