import { cancelRun, resumeRun } from '../../shared/control/control.ts';
import { recordAct } from '../act.ts';
import type { Desk } from '../console/desk.ts';
import { SharedLook } from '../console/shared-look.ts';
import { loadForRuns, pipelineNames } from '../pipelines.ts';
import { deployed } from '../targets/deployed.ts';
import type { Terminal } from '../terminal.ts';
import type { OpenDesks } from './local-desks.ts';
import { requirePipeline } from './require-pipeline.ts';

const POLL_MS = 2_000;
/** Between two searches for a pipeline's deployment, which may come or go. */
const FIND_AGAIN_MS = 60_000;

/** The pipelines of a project as they are deployed at a stage, with the operator's own credentials. */
export function stageDesks(stage: string, terminal: Terminal): OpenDesks {
  const found = new SharedLook<Desk | Error>(FIND_AGAIN_MS);
  const find = async (name: string): Promise<Desk | Error> => {
    try {
      const { pipeline } = await loadForRuns(name);
      const target = await deployed(pipeline, stage, '', terminal);
      return {
        deps: target.deps,
        isWorkedOn: true,
        cloneMB: target.cloneMB,
        start: (request) => target.start(request),
        redrive: (run, filter) => target.redrive(run, filter),
        cancel: async (run) => void (await cancelRun(target.deps, run)),
        record: (act) => recordAct(target, terminal, act),
        resume: async (run) => void (await resumeRun(target.deps, run)),
      };
    } catch (error) {
      // Kept as well: a pipeline that isn't deployed is not searched for with each look.
      return error instanceof Error ? error : new Error(String(error));
    }
  };
  return {
    place: `at stage ${stage}`,
    isDeployed: true,
    pollMs: POLL_MS,
    get pipelines() {
      return pipelineNames();
    },
    async open(name) {
      requirePipeline(name);
      const desk = await found.take(name, () => find(name));
      if (desk instanceof Error) throw desk;
      return desk;
    },
    close: async () => undefined,
  };
}
