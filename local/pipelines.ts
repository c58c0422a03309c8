import { endpointWords } from '../shared/author/endpoint.ts';
import { InputError } from '../shared/domain/errors.ts';
import type { LocalPipeline, LocalPipelineOptions } from './pipeline.ts';

interface AtWork {
  readonly options: LocalPipelineOptions;
  readonly started: Promise<LocalPipeline>;
}

/** The pipelines that a host works on: each from when it's first used on, until the host ends or its service does. */
export class LocalPipelines {
  readonly #start: (options: LocalPipelineOptions) => Promise<LocalPipeline>;
  readonly #onFailure: (pipeline: string, error: Error) => void;
  readonly #atWork = new Map<string, AtWork>();
  /** Those whose work could be used by now. */
  readonly #ready = new Map<string, LocalPipeline>();
  /** Those whose service has ended, until they have too. */
  readonly #ending = new Set<Promise<void>>();

  constructor(
    start: (options: LocalPipelineOptions) => Promise<LocalPipeline>,
    onFailure: (pipeline: string, error: Error) => void,
  ) {
    this.#start = start;
    this.#onFailure = onFailure;
  }

  get all(): readonly LocalPipeline[] {
    return [...this.#ready.values()];
  }

  get names(): readonly string[] {
    return [...this.#atWork.keys()].sort();
  }

  get(name: string): LocalPipeline | undefined {
    return this.#ready.get(name);
  }

  /** How a pipeline was put to work; undefined where it isn't. */
  optionsOf(name: string): LocalPipelineOptions | undefined {
    return this.#atWork.get(name)?.options;
  }

  /**
   * Puts a pipeline to work unless it is at work already.
   * @returns `fresh`: it wasn't
   * @throws {InputError} where it is at work in another way than is asked for
   * @throws {Error} where its service doesn't start
   */
  async use(options: LocalPipelineOptions): Promise<{ readonly pipeline: LocalPipeline; readonly fresh: boolean }> {
    const known = this.#atWork.get(options.pipeline.name);
    if (!known) return { pipeline: await this.#add(options), fresh: true };
    agree(known.options, options);
    return { pipeline: await known.started, fresh: false };
  }

  async stop(): Promise<void> {
    const started = await Promise.allSettled([...this.#atWork.values()].map((each) => each.started));
    await Promise.all(started.map((each) => each.status === 'fulfilled' && each.value.stop()));
    await Promise.all(this.#ending);
  }

  async #add(options: LocalPipelineOptions): Promise<LocalPipeline> {
    const { name } = options.pipeline;
    // What worked on it before may still be ending its last invocations.
    const started = Promise.all(this.#ending).then(() => this.#start(options));
    this.#atWork.set(name, { options, started });
    try {
      const pipeline = await started;
      this.#ready.set(name, pipeline);
      void pipeline.failure.then((error) => {
        this.#forget(name);
        const ending = pipeline.stop().finally(() => this.#ending.delete(ending));
        this.#ending.add(ending);
        this.#onFailure(name, error);
      });
      return pipeline;
    } catch (error) {
      this.#forget(name);
      throw error;
    }
  }

  #forget(name: string): void {
    this.#atWork.delete(name);
    this.#ready.delete(name);
  }
}

/** One definition and one service at a time: runs of the pipeline share its queues and functions. */
function agree(known: LocalPipelineOptions, asked: LocalPipelineOptions): void {
  const { name } = known.pipeline;
  if (known.reduceDigest !== asked.reduceDigest) {
    throw new InputError(
      `Pipeline "${name}" was changed since the process that works on it here read it. Wait until that has ended, or stop it and resume its run.`,
    );
  }
  if (known.endpointUrl !== asked.endpointUrl) {
    const calls = known.endpointUrl ?? endpointWords(known.pipeline.endpoint);
    throw new InputError(
      `Pipeline "${name}" runs here already and calls ${calls}; received ${asked.endpointUrl ?? 'no --endpoint'}. Ask for the same, or wait until it has ended.`,
    );
  }
}
