import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Pipeline } from '../author/definition.ts';
import { InputError, kindOf, RunConflictError, show } from '../domain/errors.ts';
import { WRITES } from '../domain/format.ts';
import { LATEST, NAME, newRunId } from '../domain/ids.ts';
import type { Json } from '../domain/json.ts';
import { SIZES } from '../domain/limits.ts';
import { isFinal, type RunStatus } from '../domain/run.ts';
import { closeIfOverdue, closeRun } from '../flow/close.ts';
import { notifyIfRunComplete } from '../flow/completion.ts';
import { moveIfCounted } from '../flow/end-slice.ts';
import { asOneRange } from '../flow/one-range.ts';
import { tooManyWords } from '../flow/too-many.ts';
import type { Deps } from '../ports/deps.ts';
import type { NewRun, RunRecord, Trigger } from '../ports/run-store.ts';
import { declaredPath } from './declared-path.ts';
import { countOf, planOf } from './plan.ts';
import { tickRunId } from './ticks.ts';

/** What a start may say; all of it optional. */
export const startRequest = z.strictObject({
  /** Repeating a start with the same id and input is the same run. */
  runId: z
    .string()
    .regex(NAME, 'must match [A-Za-z0-9_-]{1,48}')
    .refine((id) => id !== LATEST, 'must not be "latest", which stands for the last run that succeeded')
    .optional(),
  /** First n items only. */
  limit: z.number().int('must be a whole number').min(1).max(1_000_000_000).optional(),
  /** A file for the source to read: where the command line put it. */
  file: z.string().min(1).max(1_024).optional(),
  /** The run's items in place of the source's: where JSON Lines of them were put. */
  items: z.string().min(1).max(1_024).optional(),
  /** Run parameters, as the definition's `params` types them. */
  params: z.json().optional(),
  /** Call this many children first, and the rest only if they do well. Default: the definition's. */
  canary: z.number().int().min(1).max(10_000).optional(),
  /** When the schedule meant to fire: the same tick is the same run. */
  schedule: z.iso.datetime({ offset: true }).optional(),
});
export type StartRequest = z.infer<typeof startRequest>;

export interface Started {
  readonly runId: string;
  readonly status: RunStatus;
  /** False: the run was there already. */
  readonly created: boolean;
}

/** How a caller may interrupt a start, and learns that it was accepted. */
export interface StartHooks {
  /** Once aborted, no run is created any more. */
  readonly signal?: AbortSignal;
  /** Called as soon as the run is stored: from then on it can be resumed. */
  accepted?(run: string): void;
}

/** How a caller adds to a run's first write. */
export interface CreateHook {
  /** Called, and waited for, before the run is planned, if this start created it: a repeat of one whose plan failed creates nothing. */
  created?(run: string): Promise<void>;
}

const DAY_MS = 86_400_000;

/** A start that was accepted: its run is stored, and may not be planned yet. */
interface Accepted extends Started {
  readonly record: RunRecord;
}

/** How a start is accepted. */
type AcceptOptions = StartHooks & CreateHook & { readonly queued?: boolean };

/**
 * Starts a run, idempotently: the first write holds the deadline and all input, the plan is put if absent, and only then
 * are slices handed out. A start that died halfway is finished by repeating it, or by the sweeper.
 * @throws {InputError} naming the field; nothing was accepted
 * @throws {RunConflictError} when the run id was used with other input
 */
export async function startRun(
  deps: Deps,
  request: unknown,
  trigger: Trigger,
  options: AcceptOptions = {},
): Promise<Started> {
  const { record, ...started } = await acceptRun(deps, request, trigger, options);
  if (record.status === 'planned' && !options.queued && !isWaiting(record)) await planRun(deps, record);
  return started;
}

/**
 * The first half of a start, for whoever may not read the source: the run is checked and stored. Its splitter plans it.
 * @throws what {@link startRun} throws
 */
export async function acceptRun(
  deps: CreateDeps & Pick<Deps, 'random'>,
  request: unknown,
  trigger: Trigger,
  { queued = false, ...hooks }: AcceptOptions = {},
): Promise<Accepted> {
  const { pipeline, clock, random } = deps;
  const { asked, params, limit, file, items } = validated(pipeline, request);
  const run =
    asked.runId ??
    (asked.schedule ? tickRunId(pipeline.schedule, asked.schedule) : newRunId(clock.now(), () => random.next()));
  const canary = asked.canary ?? pipeline.canary?.children;
  // Only what the request names: if the definition's default canary changes, repeating the same request is still the same input.
  const input = digest({
    params,
    limit,
    ...(asked.canary !== undefined && { canary: asked.canary }),
    ...(file !== undefined && { file }),
    ...(items !== undefined && { items }),
  });
  const next: Parameters<typeof createRun>[1] = {
    run,
    input,
    params,
    limit,
    ...(file !== undefined && { file }),
    ...(items !== undefined && { items }),
    trigger: asked.schedule ? 'schedule' : trigger,
    ...(canary !== undefined && { canary }),
    ...(queued && { queued }),
  };
  hooks.signal?.throwIfAborted();
  const { created, record } = await createRun(deps, next);
  if (record.input !== input) throw new RunConflictError(run);
  hooks.accepted?.(run);
  if (created) await hooks.created?.(run);
  return { runId: run, status: record.status, created, record };
}

/**
 * What a start asks for, checked.
 * @throws {InputError} naming the field, the value received and the value allowed
 */
export function validated(
  pipeline: Pipeline,
  request: unknown,
): Pick<StartRequest, 'file' | 'items'> & { asked: StartRequest; params: Json; limit: number | null } {
  const asked = parse(startRequest, request, '');
  const params = json(parse(pipeline.params, asked.params ?? {}, 'params'));
  const bytes = Buffer.byteLength(JSON.stringify(params));
  if (bytes > SIZES.inlineBytes) {
    throw new InputError(`params: is ${bytes} bytes of JSON; allowed are ${SIZES.inlineBytes}.`);
  }
  if (asked.file !== undefined && asked.items !== undefined)
    throw new InputError('file: is given beside items, which are read instead of it; leave one of them out.');
  if (asked.file !== undefined && !pipeline.source.takesFile) {
    throw new InputError(
      `file: the source of pipeline ${show(pipeline.name)} takes none; csv(), json() and jsonl() do.`,
    );
  }
  return { asked, params, limit: asked.limit ?? null, file: asked.file, items: asked.items };
}

/** Whether a run waits for an earlier one to end. */
export function isWaiting({ queued, flags }: Pick<RunRecord, 'queued' | 'flags'>): boolean {
  return queued === true && !flags.includes('dequeued');
}

/** What the definition promises a run that starts then: epoch milliseconds. */
export function termsOf(pipeline: Pipeline, startedAt: number): { deadline: number; keptUntil: number } {
  const deadline = startedAt + Math.round(pipeline.deadlineHours * 3_600_000);
  return { deadline, keptUntil: deadline + pipeline.retentionDays * DAY_MS };
}

/** What a run's first write needs. */
type CreateDeps = Pick<Deps, 'pipeline' | 'stores' | 'clock' | 'metrics'>;

/**
 * A run's first write, which holds its deadline and when its records may go.
 * @param ttl where that is another run's: a redrive's report stands on the first run's objects
 */
export async function createRun(
  deps: CreateDeps,
  run: Omit<NewRun, 'definition' | 'startedAt' | 'deadline' | 'ttl'>,
  ttl?: number,
): Promise<{ created: boolean; record: RunRecord }> {
  const { pipeline, stores, clock, metrics } = deps;
  const startedAt = clock.now();
  const { deadline, keptUntil } = termsOf(pipeline, startedAt);
  const result = await stores.runs.create({
    ...run,
    definition: definitionDigest(pipeline),
    startedAt,
    deadline,
    ttl: ttl ?? Math.ceil(keptUntil / 1_000),
  });
  if (result.created) metrics.count('RunsStarted', 1);
  return result;
}

/**
 * The rest of a start, also for a run whose starter died: plan, root, a message per slice. Repeating it is harmless. Past its deadline
 * the run is closed instead, and so it is by a plan that can't be right: it would wait for its deadline otherwise.
 */
export async function planRun(deps: Deps, record: RunRecord): Promise<void> {
  const { pipeline, queues, stores } = deps;
  const { run } = record;
  if (isFinal(record.status) || (await closeIfOverdue(deps, record))) return;
  const ranges = await planned(deps, record);
  if (ranges instanceof InputError) return closeRun(deps, run, 'split-failed', ranges.message);
  const children = countOf(deps, record, ranges);
  if (children > pipeline.limits.maxChildren)
    return closeRun(deps, run, 'too-many-children', tooManyWords(pipeline, children, 'its source counts'));
  // A run of no slices is full as soon as it's open.
  await notifyIfRunComplete(deps, run, await stores.runs.openRoot(run, ranges.length, record.ttl));
  await queues.split.send(
    ranges.map((_, slice) => ({ message: { v: WRITES, pipeline: pipeline.name, run, type: 'slice', slice } })),
  );
  await stores.runs.move(run, 'split');
  await moveIfCounted(deps, run);
}

/** A run's stored plan; or what is wrong with the one that its source gave. */
async function planned(deps: Deps, record: RunRecord): Promise<readonly Json[] | InputError> {
  const { runs } = deps.stores;
  const stored = await runs.readPlan(record.run);
  if (stored) return stored;
  try {
    const ranges = await planOf(deps, record);
    return await runs.plan(record.run, record.limit === null ? ranges : asOneRange(ranges), record.ttl);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    deps.log.error('The plan can not be used: its run is closed.', { run: record.run, error: error.loggable });
    return error;
  }
}

/** A redrive needs the same name and columns as its base, so this digest holds them. It leaves the reduce's code out: a redrive reduces anew with it. */
export function definitionDigest({ name, reduce }: Pipeline): string {
  return digest({ name, columns: [...reduce.columns] });
}

/** A short digest of JSON, whatever the order of its keys. */
export function digest(value: Json): string {
  return createHash('sha256').update(JSON.stringify(value, sortedKeys)).digest('base64url').slice(0, 22);
}

/** Objects with their keys sorted: the same input is the same digest, however it was written. */
function sortedKeys(_: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
}

function json(value: unknown): Json {
  const checked = z.json().safeParse(value);
  if (checked.success) return checked.data;
  throw new InputError(`The parameters come to something that isn't JSON: ${show(value)}.`, {
    loggable: "The parameters come to something that isn't JSON.",
  });
}

/** A schema of the user's may throw, or want to be waited for. */
function safely<T>(check: () => T, at: string): T {
  try {
    return check();
  } catch (error) {
    const why = error instanceof Error ? error.message : show(error);
    const what = `${at || 'The request'} can't be checked: its schema threw`;
    throw new InputError(`${what}: ${why}`, { loggable: `${what}: ${kindOf(error)}` });
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown, at: string): T {
  const parsed = safely(() => schema.safeParse(value ?? {}), at);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const pathOf = (path: readonly PropertyKey[]) =>
    [at, ...path].filter((key) => key !== '').join('.') || '(the request)';
  const said = issues.map((issue) => {
    const received = issue.path.reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
      value,
    );
    return `${pathOf(issue.path)}: ${issue.message} (received ${show(received)})`;
  });
  // A schema's own words may quote what it was given, and so may its paths.
  const loggable = issues.map(({ path, code }) => `${pathOf(declaredPath(schema, path, value))}: ${code}`).join('; ');
  throw new InputError(said.join('; '), { loggable });
}
