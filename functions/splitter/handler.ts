import * as z from 'zod';
import { assertHandedOver, handOverItems } from '../../shared/control/hand-over-items.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { type CreateHook, startRun } from '../../shared/control/start.ts';
import { isTick, startScheduled } from '../../shared/control/start-scheduled.ts';
import { kindOf, SourceChangedError, SourceDataError, type SourceError } from '../../shared/domain/errors.ts';
import { readHandedOverKey } from '../../shared/domain/handed-over.ts';
import { RUN_ID } from '../../shared/domain/ids.ts';
import { type SplitMessage, splitMessage } from '../../shared/domain/messages.ts';
import { maySend, statusAt } from '../../shared/domain/run.ts';
import { UserError } from '../../shared/domain/user-error.ts';
import { closeRun } from '../../shared/flow/close.ts';
import { isCanary, judgeCanary } from '../../shared/flow/judge-canary.ts';
import { splitAgain } from '../../shared/flow/send-again.ts';
import { tooManyWords } from '../../shared/flow/too-many.ts';
import { lambdaHandler } from '../../shared/lambda/handler.ts';
import { RetryLater } from '../../shared/lambda/retry-later.ts';
import { handleBatch, oneByOne, type Received, sqsEvent } from '../../shared/lambda/sqs.ts';
import type { Invocation } from '../../shared/ports/deps.ts';
import { continueRun } from './continue-run.ts';
import type { SplitterDeps } from './deps.ts';
import { splitSlice } from './split.ts';

/** Its queue's messages, or a start: the schedule's, or the console's Test button with `{}` or `{"items": […]}`. */
const splitterEvent = z.union([sqsEvent, z.custom<unknown>((value) => !hasRecords(value))]);

/** The command line's redrive: `{"redrive": "march", "filter": {"statuses": ["FAILED"], "reasons": []}}`. */
const redriveEvent = z.strictObject({ redrive: z.string().regex(RUN_ID), filter: z.unknown().optional() });

/** Starts runs, and enumerates their slices. */
export function splitter(deps: SplitterDeps) {
  const handle = oneByOne<SplitMessage>((received, invocation) => {
    const { message } = received;
    if (message.continues) return continueRun(deps, message.run);
    return message.judges ? judge(deps, received) : split(deps, message, invocation);
  });
  return lambdaHandler(deps, splitterEvent, async (event, context) => {
    const batch = sqsEvent.safeParse(event);
    if (batch.success) {
      return handleBatch(deps, { schema: splitMessage, queue: deps.queues.split, handle }, batch.data, context);
    }
    const { by, request } = bySomebody(event);
    const again = redriveEvent.safeParse(request);
    // A redrive starts here and not in the command line, because the deployed definition will reduce the new rows.
    if (again.success) {
      return redriveRun(deps, again.data.redrive, again.data.filter, recording(deps, 'redrive', by));
    }
    const asked = (await handOverItems(deps.objects, request)) ?? {};
    assertHandedOver(asked);
    const hooks = recording(deps, 'start', by);
    const started = isTick(request)
      ? await startScheduled(deps, request, hooks)
      : await startRun(deps, asked, 'console', hooks);
    if ('skipped' in started) return started;
    return {
      ...started,
      // For the user who pressed Test in the console: where to look.
      watch: `npx microprocess watch ${started.runId} --pipeline ${deps.pipeline.name} --stage <stage>`,
      report: `runs/${deps.pipeline.name}/${started.runId}/`,
    };
  });
}

/** The command line says whose credentials it has: Lambda tells a function nothing of its invoker. */
const claimed = z.looseObject({ by: z.string().min(1).max(2_048) });

function bySomebody(event: unknown): { readonly by: string | null; readonly request: unknown } {
  const { data } = claimed.safeParse(event);
  if (!data) return { by: null, request: event };
  const { by, ...request } = data;
  return { by, request };
}

/**
 * Records who started a run before its plan is made: a plan that fails is made again by a start that creates nothing. The run is there, and a
 * repeat would find it: what can't be written of who started it stands in the log alone.
 */
function recording(
  { stores, clock, random, log }: SplitterDeps,
  act: 'start' | 'redrive',
  by: string | null,
): CreateHook {
  return {
    async created(run) {
      if (by === null) return;
      log.info('A run was started.', { run, act, by });
      try {
        await stores.acts.record({ at: clock.now(), act, by, run, detail: '' }, random.id());
      } catch (error) {
        log.warn('Who started a run could not be recorded.', { run, act, by, error: kindOf(error) });
      }
    },
  };
}

/** Judges a run's canary. Where the one that passed it died before it sent the slices on, they are sent now. */
async function judge(deps: SplitterDeps, { message: { run }, receives }: Received<SplitMessage>): Promise<void> {
  const record = await deps.stores.runs.read(run);
  if (!record || !maySend(statusAt(record, deps.clock.now()))) return;
  if (isCanary(record)) await judgeCanary(deps, record);
  else if (receives > 1) await splitAgain(deps, record);
}

async function split(deps: SplitterDeps, { run, slice }: SplitMessage, invocation: Invocation): Promise<void> {
  const record = await deps.stores.runs.read(run);
  // A paused run's slice is resumed with the run; END of one that is closed, or past its deadline, is the closer's.
  if (!record || !maySend(statusAt(record, deps.clock.now()))) return;
  const result = await splitSlice(deps, record, slice, invocation);
  if (typeof result === 'object' && 'tooMany' in result) {
    deps.log.error('A source gives too many items: its run is closed.', { slice, children: result.tooMany });
    const how = `slice ${slice} alone has come to`;
    return closeRun(deps, run, 'too-many-children', tooManyWords(deps.pipeline, result.tooMany, how));
  }
  if (typeof result === 'object') {
    const { failed: error } = result;
    // What says the place of a file that was uploaded says its name, which may be a person's; the run's record has it whole.
    const isUploaded = readHandedOverKey(record.file ?? record.items ?? '') !== null;
    const said = error && (isUploaded ? codeOf(error) : new UserError(error));
    deps.log.error('A slice can not be enumerated: its run is closed.', said ? { error: said } : {});
    const why = error ? kindOf(error) : 'its splitter died each time';
    const reason = error?.cause instanceof SourceChangedError ? 'source-changed' : 'split-failed';
    return closeRun(deps, run, reason, `slice ${slice}: ${why}`);
  }
  deps.log.info('A slice was split.', { result });
  // It waits behind the lease: its holder may die yet.
  if (result === 'leased') throw new RetryLater(60);
}

/** What kind of error a source's is, without its words. */
const codeOf = ({ cause, name }: SourceError) => (cause instanceof SourceDataError ? cause.code : name);

function hasRecords(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'Records' in value;
}
