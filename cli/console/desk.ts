import type { Started, StartRequest } from '../../shared/control/start.ts';
import type { RedriveFilter } from '../../shared/domain/redrive.ts';
import type { Act } from '../../shared/ports/act-store.ts';
import type { OperatorDeps } from '../../shared/ports/deps.ts';

/** What the console reads of one pipeline, and what it may do there. */
export interface Desk {
  readonly deps: OperatorDeps;
  /** Whether something works on the pipeline; where nothing does, its runs stand still. */
  readonly isWorkedOn: boolean;
  /** Memory of the deployed clone, where that is known. */
  readonly cloneMB?: number | null | undefined;
  start(request: StartRequest): Promise<Started>;
  redrive(run: string, filter: Partial<RedriveFilter>): Promise<Started>;
  cancel(run: string): Promise<void>;
  resume(run: string): Promise<void>;
  /** Records what was done with a run or, without one, the pipeline, where that is recorded: at a stage. */
  record(act: Pick<Act, 'act' | 'run'> & { readonly detail?: string }): Promise<void>;
}

/** All pipelines of a project at one place, this machine or a stage. */
export interface Desks {
  /** For people: `on this machine`, `at stage prod`. */
  readonly place: string;
  /** Whether what runs there costs money. */
  readonly isDeployed: boolean;
  /** Milliseconds between two looks at a run: each is a few reads. */
  readonly pollMs: number;
  readonly pipelines: readonly string[];
  /** @throws {MicroprocessError} where the pipeline can't be reached: it never ran here, or isn't deployed at the stage */
  open(pipeline: string): Promise<Desk>;
}
