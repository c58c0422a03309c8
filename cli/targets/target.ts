import type { Pipeline } from '../../shared/author/definition.ts';
import type { AccountAccess } from '../../shared/author/source.ts';
import type { Started, StartHooks, StartRequest } from '../../shared/control/start.ts';
import type { RedriveFilter } from '../../shared/domain/redrive.ts';
import type { OperatorDeps } from '../../shared/ports/deps.ts';
import type { Eraser } from '../../shared/ports/eraser.ts';
import { UsageError } from '../errors.ts';

type RedriveRequest = Partial<RedriveFilter>;

/** Where a command acts: a deployed stage, or this machine. Every command reads and writes through the same `deps`. */
export interface Target {
  readonly pipeline: Pipeline;
  /** For people: `on this machine`, `at stage prod (eu-west-1)`. */
  readonly place: string;
  /** Options that lead another command here, for hints: ` --stage prod`. */
  readonly flags: string;
  /**
   * Who does the work: deployed functions; this process; another one, such as an `npm start` in another terminal; that one, which stays
   * while this terminal is there; or nobody, where the records just lie on disk.
   */
  readonly worker: 'deployed' | 'this' | 'other' | 'joined' | 'nobody';
  /** True: the worker began with this terminal, so whoever had the pipeline's runs before is gone. */
  readonly fresh: boolean;
  readonly deps: OperatorDeps;
  /** The person's own account, where the pipeline's source may read it from here. */
  readonly account?: AccountAccess | undefined;
  /** Memory of the clone that is deployed; null where what is called is no function that the app makes. Undefined on this machine. */
  readonly cloneMB?: number | null | undefined;
  /** The file that the functions log to, on this machine. */
  readonly log?: string;
  /** Milliseconds between two looks at a run: each is a few reads. */
  readonly pollMs: number;
  /** Rejects when what works here breaks down; never resolves. */
  readonly broken: Promise<never>;
  /** Brings a file to where a run's source can read it; gives its place. */
  handOver(file: string): Promise<string>;
  start(request: StartRequest, hooks?: StartHooks): Promise<Started>;
  /** Calls again what failed in an ended run; by default every FAILED child. */
  redrive(run: string, filter: RedriveRequest, hooks?: StartHooks): Promise<Started>;
  /** Holds back, or lets go, the whole pipeline: the mapping of its work queue. */
  pausePipeline(): Promise<void>;
  resumePipeline(): Promise<void>;
  /** What deletes runs; undefined where it works with the records, as it would go on with what is deleted. */
  eraser?(): Eraser;
  /** Deletes every message in the work queue. */
  purge(): Promise<void>;
  /** True: closing it waits for other terminals. */
  isFollowed?(): boolean;
  close(): Promise<void>;
}

/** Options by which a command says where. */
export interface Where {
  readonly stage?: string;
  readonly local?: boolean;
  readonly pipeline?: string;
  /** The run that is meant: where no pipeline is named, it is the one whose run this is. */
  readonly run?: string;
}

/** The stage a command is for: --stage, or MICROPROCESS_STAGE; undefined means this machine. */
export function stageOf({ stage, local }: Where): string | undefined {
  if (stage !== undefined && local) throw new UsageError('--stage and --local exclude each other.');
  return local ? undefined : (stage ?? (process.env.MICROPROCESS_STAGE || undefined));
}

export const NEVER: Promise<never> = new Promise(() => {});

/** A command that acts on the same pipeline at the same place. */
export function hint({ flags }: Pick<Target, 'flags'>, ...words: readonly string[]): string {
  return `npx microprocess ${words.join(' ')}${flags}`;
}

/** Whether the work may end when this terminal leaves. */
export function needsThisTerminal({ worker }: Pick<Target, 'worker'>): boolean {
  return worker === 'this' || worker === 'joined';
}

/** Whether another process of this machine works on the pipeline. */
export function worksElsewhere({ worker }: Pick<Target, 'worker'>): boolean {
  return worker === 'other' || worker === 'joined';
}
