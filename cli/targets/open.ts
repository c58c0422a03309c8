import { setTimeout as delay } from 'node:timers/promises';
import type { Pipeline } from '../../shared/author/definition.ts';
import { calledInstead, type Endpoints, requireNamesCalled } from '../endpoints.ts';
import { LeftError, said } from '../errors.ts';
import { prepareHome } from '../home.ts';
import { choosePipeline, defaultPipeline, leftOut, loadForRuns, loadPipeline, pipelineNames } from '../pipelines.ts';
import { aborted, type Terminal } from '../terminal.ts';
import { hasState, openLocal } from './local.ts';
import { endOldFinishes } from './old-finishes.ts';
import { requireCalled, requireSecrets } from './require-called.ts';
import { stageOf, type Target, type Where, worksElsewhere } from './target.ts';

/**
 * What a command needs beside the records: nothing; the definition, and there need not be any records yet; a process that makes
 * reports, if there can be one; a process that works on the pipeline, this one where none does; or the same, also where nothing has
 * ever run. The first and the third do without a service and without a definition.
 */
export type Need = 'records' | 'definition' | 'closer' | 'worker' | 'own-worker';

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
  endpoints?: Endpoints,
): Promise<T> {
  const name = await pipelineFor(where, terminal);
  const byName = need === 'records' || need === 'closer';
  const { pipeline, problem } = byName
    ? await loadForRuns(name)
    : { pipeline: await loadPipeline(name), problem: null };
  if (problem !== null) terminal.stderr.write(`warning: ${problem}\n`);
  for (const line of leftOut(name)) terminal.stderr.write(`warning: ${line}\n`);
  const stage = stageOf(where);
  if (endpoints && stage === undefined) await requireNamesCalled(pipeline.endpoint, endpoints);
  prepareHome(terminal);
  // What a command is doing at Ctrl-C, it needn't finish, since every step of it can be repeated.
  const interrupted = aborted(terminal.signal);
  const opening = open(pipeline, stage, problem === null ? need : 'records', terminal, endpoints);
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
  endpoints: Endpoints | undefined,
): Promise<Target> {
  const flags = flagsOf(pipeline, stage);
  const endpointUrl = endpoints && calledInstead(pipeline.endpoint, endpoints);
  if (stage !== undefined) return (await import('./deployed.ts')).deployed(pipeline, stage, flags, terminal);
  if (need === 'closer' && hasState()) return (await import('./close-local.ts')).openToClose(pipeline, flags, terminal);
  // Only 'own-worker' may be the first ever.
  const works = need === 'own-worker' || (need === 'worker' && hasState());
  if (!works) return openLocal(pipeline, flags, need === 'definition', endpointUrl);
  requireSecrets(pipeline);
  if (endpointUrl === undefined) requireCalled(pipeline, ', or call a service that runs already: --endpoint <url>');
  return (await import('./work-local.ts')).workLocally(pipeline, flags, terminal, endpointUrl);
}
