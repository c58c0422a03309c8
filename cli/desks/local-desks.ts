import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AskedHere } from '../../local/asked-here.ts';
import { fileLog } from '../../local/file-log.ts';
import { startPlatform } from '../../local/host.ts';
import { findHolder, type Holder, LOOK_AGAIN_MS, PATIENCE_MS, StateBusyError } from '../../local/host-file.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { cancelRun, markCancelled } from '../../shared/control/control.ts';
import { type Started, startRun } from '../../shared/control/start.ts';
import { isFinal } from '../../shared/domain/run.ts';
import { takeUp } from '../commands/control.ts';
import type { Desk, Desks } from '../console/desk.ts';
import { SharedLook } from '../console/shared-look.ts';
import { errorLines } from '../error-lines.ts';
import { functionsLog, stateDir } from '../home.ts';
import { loadForRuns, loadPipeline, pipelineNames } from '../pipelines.ts';
import { openToClose } from '../targets/close-local.ts';
import { openLocal } from '../targets/local.ts';
import { endOldFinishes } from '../targets/old-finishes.ts';
import { platformHere } from '../targets/platform-here.ts';
import { requireCalled, requireSecrets } from '../targets/require-called.ts';
import type { Target } from '../targets/target.ts';
import { workLocally } from '../targets/work-local.ts';
import type { Terminal } from '../terminal.ts';
import { requirePipeline } from './require-pipeline.ts';

const POLL_MS = 500;
/** Between two questions of who works on this machine. */
const PRESENCE_MS = 1_000;

export type OpenDesks = Desks & { close(): Promise<void> };

/**
 * The pipelines of this machine. Their records are read through the process that works here; where none does, this one becomes it, so
 * that other terminals join it. A pipeline is worked on from when something is to be done with it, until its run has ended.
 */
export function localDesks(terminal: Pick<Terminal, 'stderr' | 'signal'>, askedOf: AskedOf = () => ({})): OpenDesks {
  return new LocalDesks(terminal, askedOf);
}

/** What was asked of a pipeline's work here. */
type AskedOf = (pipeline: Pipeline) => AskedHere;

class LocalDesks implements OpenDesks {
  readonly place = 'on this machine';
  readonly isDeployed = false;
  readonly pollMs = POLL_MS;
  readonly #terminal: Pick<Terminal, 'stderr' | 'signal'>;
  readonly #askedOf: AskedOf;
  readonly #presence = new SharedLook<Holder>(PRESENCE_MS);
  /** Opened through the process at this address. */
  #reader: { readonly url: string; readonly targets: Map<string, Promise<Target>> } | null = null;
  readonly #working = new Set<Target>();
  #endOwn: (() => Promise<void>) | null = null;

  constructor(terminal: Pick<Terminal, 'stderr' | 'signal'>, askedOf: AskedOf) {
    this.#terminal = terminal;
    this.#askedOf = askedOf;
  }

  /** The process that works here says on its own terminal what its functions log as errors. */
  get #quiet(): Pick<Terminal, 'stderr' | 'signal'> {
    return { stderr: new PassThrough().resume(), signal: this.#terminal.signal };
  }

  get pipelines(): readonly string[] {
    return pipelineNames();
  }

  async open(name: string): Promise<Desk> {
    requirePipeline(name);
    const holder = await this.#presence.take('', () => this.#holder());
    const { deps } = await this.#records(name, holder);
    return {
      deps,
      isWorkedOn: holder.pipelines?.includes(name) ?? true,
      start: (request) => this.#begin(name, ({ deps }) => startRun(deps, request, 'console')),
      redrive: (run, filter) => this.#begin(name, (target) => target.redrive(run, filter)),
      cancel: (run) => this.#cancel(name, run),
      resume: (run) => this.#resume(name, run),
      record: async () => undefined,
    };
  }

  async close(): Promise<void> {
    for (const target of this.#working) {
      this.#working.delete(target);
      await target.close();
    }
    await this.#closeRecords();
    await this.#endOwn?.();
  }

  /** The process that works on this machine; this one, where none does. */
  async #holder(): Promise<Holder> {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      this.#terminal.signal.throwIfAborted();
      const holder = await findHolder(stateDir());
      if (holder?.emulators) return holder;
      try {
        if (!holder) await this.#becomeHolder();
        else if (Date.now() > until) throw new StateBusyError(stateDir(), holder);
      } catch (error) {
        // Another one was faster, or reads for a moment.
        if (!(error instanceof StateBusyError) || Date.now() > until) throw error;
      }
      await sleep(LOOK_AGAIN_MS, undefined, { signal: this.#terminal.signal });
    }
  }

  async #becomeHolder(): Promise<void> {
    // What was opened through a process that is gone would point this one's emulators there.
    await this.#closeRecords();
    await this.#endOwn?.();
    const log = fileLog(functionsLog());
    const say = errorLines(this.#terminal.stderr, functionsLog());
    const heard = log.heardBy((message, fields) => {
      if (!this.#terminal.signal.aborted) say(message, fields);
    });
    try {
      const platform = await startPlatform({ telemetry: () => heard, ...platformHere(log) });
      this.#endOwn = async () => {
        this.#endOwn = null;
        await platform.stop();
        await log.close();
      };
      // Emulators that died answer nobody: the next look starts anew.
      void platform.failure.then(async () => {
        await this.#closeRecords();
        await this.#endOwn?.();
      });
    } catch (error) {
      await log.close();
      throw error;
    }
  }

  async #records(name: string, { admin }: Holder): Promise<Target> {
    if (this.#reader?.url !== admin.url) {
      await this.#closeRecords();
      this.#reader = { url: admin.url, targets: new Map() };
    }
    const { targets } = this.#reader;
    const opened = targets.get(name) ?? loadForRuns(name).then(({ pipeline }) => openLocal(pipeline, '', true));
    targets.set(name, opened);
    opened.catch(() => targets.delete(name));
    return opened;
  }

  async #closeRecords(): Promise<void> {
    const targets = [...(this.#reader?.targets.values() ?? [])];
    this.#reader = null;
    // The last one first: each puts the environment back as it found it.
    for (const target of targets.reverse()) await (await target.catch(() => null))?.close();
  }

  async #work(name: string): Promise<Target> {
    const pipeline = await loadPipeline(name);
    requireSecrets(pipeline);
    const asked = this.#askedOf(pipeline);
    if (asked.endpointUrl === undefined) requireCalled(pipeline);
    const target = await workLocally(pipeline, '', this.#quiet, asked);
    if (target.fresh) await endOldFinishes(target.deps);
    return target;
  }

  async #begin(name: string, begin: (target: Target) => Promise<Started>): Promise<Started> {
    const target = await this.#work(name);
    try {
      const started = await begin(target);
      this.#seeThrough(target, started.runId);
      return started;
    } catch (error) {
      await target.close();
      throw error;
    }
  }

  async #resume(name: string, run: string): Promise<void> {
    await this.#begin(name, async (target) => {
      await takeUp(target, run, () => undefined, this.#terminal);
      return { runId: run, status: 'running', created: false };
    });
  }

  async #cancel(name: string, run: string): Promise<void> {
    const { pipeline } = await loadForRuns(name);
    const target = await openToClose(pipeline, '', this.#quiet);
    if (target.worker === 'nobody') await markCancelled(target.deps, run);
    else await cancelRun(target.deps, run);
    this.#seeThrough(target, run);
  }

  /** Keeps a pipeline worked on until its run has ended, and what it made is there. */
  #seeThrough(target: Target, run: string): void {
    this.#working.add(target);
    const ended = async () => {
      while (this.#working.has(target)) {
        const record = await target.deps.stores.runs.read(run);
        if (!record || isFinal(record.status) || target.worker === 'nobody') return;
        await sleep(PRESENCE_MS, undefined, { signal: this.#terminal.signal });
      }
    };
    void Promise.race([ended(), target.broken])
      .catch((error: Error) => {
        // In the pages its runs stand still.
        if (!this.#terminal.signal.aborted) this.#terminal.stderr.write(`error: ${error.message}\n`);
      })
      .finally(async () => {
        if (this.#working.delete(target)) await target.close();
      });
  }
}
