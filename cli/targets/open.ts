import { setTimeout as delay } from 'node:timers/promises';
import type { Pipeline } from '../../shared/author/definition.ts';
import { calledInstead, type Endpoints, requireNamesCalled } from '../endpoints.ts';
import { LeftError, said, UsageError } from '../errors.ts';
import { prepareHome } from '../home.ts';
import { choosePipeline, defaultPipeline, leftOut, loadForRuns, loadPipeline, pipelineNames } from '../pipelines.ts';
import { aborted, type Terminal } from '../terminal.ts';
import { hasState, openLocal } from './local.ts';
import { endOldFinishes } from './old-finishes.ts';
import { ownAccount, requireAccount } from './own-account.ts';
import { requireCalled, requireSecrets } from './require-called.ts';
import { stageOf, type Target, type Where, worksElsewhere } from './target.ts';

/**
 * What a command needs beside the records: nothing; the definition, and there need not be any records yet; a process that makes
 * reports, if there can be one; a process that works on the pipeline, this one where none does; or the same, also where nothing has
 * ever run. The first and the third do without a service and without a definition.
 */
export type Need = 'records' | 'definition' | 'closer' | 'worker' | 'own-worker';

/** What a command says of its work on this machine. */
export interface HereOptions {
  /** Called in place of the pipeline's own service. */
  readonly endpoint?: Endpoints | undefined;
  /** Whether the source may read the person's own account. */
  readonly aws?: boolean | undefined;
  /** Whether a run is begun that reads its source, or these in its place. */
  readonly readsSource?: boolean;
  readonly file?: string | undefined;
  readonly items?: string | undefined;
}

/** Options that lead to the same place, without those that are the default anyway. */
export function flagsOf({ name }: Pick<Pipeline, 'name'>, stage: string | undefined): string {
  const named = name === defaultPipeline() ? '' : ` --pipeline ${name}`;
  return `${named}${stage === undefined ? '' : ` --stage ${stage}`}`;
}

/** The pipeline that a command is for: the one that is named, or whose run is. */
async function pipelineFor({ run, ...where }: Where, terminal: Terminal): Promise<string> {
  const known = where.pipeline ?? defaultPipeline();
  if (known !== undefined || run === undefined || pipelineNames().length === 0) return choosePipeline(where.pipeline);
  return (await import('./find-run.ts')).pipelineOfRun(run, where, terminal);
}

/** What a command gets to end by itself at Ctrl-C. */
const LAST_WORDS_MS = 1_000;

/** Opens what a command acts on, lets it, and closes it whatever happens. */
export async function withTarget<T>(
  where: Where,
  need: Need,
  terminal: Terminal,
  use: (target: Target) => Promise<T>,
  options: HereOptions = {},
): Promise<T> {
  const name = await pipelineFor(where, terminal);
  const byName = need === 'records' || need === 'closer';
  const { pipeline, problem } = byName
    ? await loadForRuns(name)
    : { pipeline: await loadPipeline(name), problem: null };
  if (problem !== null) terminal.stderr.write(`warning: ${problem}\n`);
  for (const line of leftOut(name)) terminal.stderr.write(`warning: ${line}\n`);
  const stage = stageOf(where);
  if (options.endpoint && stage === undefined) await requireNamesCalled(pipeline.endpoint, options.endpoint);
  prepareHome(terminal);
  // What a command is doing at Ctrl-C, it needn't finish, since every step of it can be repeated.
  const interrupted = aborted(terminal.signal);
  const opening = open(pipeline, stage, problem === null ? need : 'records', terminal, options);
  // What starts on this machine is to be stopped again, so it's waited for; a request to AWS isn't.
  const target = await (stage === undefined ? opening : Promise.race([interrupted, opening]));
  try {
    terminal.signal.throwIfAborted();
    if (target.fresh) await endOldFinishes(target.deps);
    const using = use(target);
    using.catch(() => undefined);
    // It says where it stands, if it has something to say, before all that it could ask is gone.
    const left = interrupted.catch(async (reason) => {
      await Promise.race([using, delay(LAST_WORDS_MS)]);
      throw reason;
    });
    return await Promise.race([left, using]);
  } catch (error) {
    if (terminal.signal.aborted)
      throw goesOn(target) ? new LeftError('This terminal has left; the work goes on.') : error;
    throw target.isFollowed?.() ? said(error, terminal) : error;
  } finally {
    await target.close();
  }
}

/** Whether what a terminal began is left running when it leaves. */
const goesOn = (target: Target) => target.worker === 'deployed' || worksElsewhere(target);

async function open(
  pipeline: Pipeline,
  stage: string | undefined,
  need: Need,
  terminal: Terminal,
  { endpoint, aws, ...given }: HereOptions,
): Promise<Target> {
  const flags = flagsOf(pipeline, stage);
  if (stage !== undefined && aws)
    throw new UsageError(`--aws is for this machine: stage ${stage} reads its own account.`);
  const endpointUrl = endpoint && calledInstead(pipeline.endpoint, endpoint);
  if (stage !== undefined) return (await import('./deployed.ts')).deployed(pipeline, stage, flags, terminal);
  if (need === 'closer' && hasState()) return (await import('./close-local.ts')).openToClose(pipeline, flags, terminal);
  // What is redriven was read before, and what goes on says itself what it was handed over.
  if (given.readsSource) requireAccount(pipeline, given, aws === true);
  const asked = { endpointUrl, account: await ownAccount(aws) };
  // Only 'own-worker' may be the first ever.
  const works = need === 'own-worker' || (need === 'worker' && hasState());
  if (!works) return openLocal(pipeline, flags, need === 'definition', asked);
  requireSecrets(pipeline);
  if (asked.endpointUrl === undefined)
    requireCalled(pipeline, ', or call a service that runs already: --endpoint <url>');
  return (await import('./work-local.ts')).workLocally(pipeline, flags, terminal, asked);
}
