import { expect } from 'vitest';
import { type MakeDeps, makeCalls } from '../../../functions/caller/make-calls.ts';
import { runCallRound } from '../../../functions/rounds/call-round.ts';
import { callStore } from '../../../shared/adapters/dynamodb/calls.ts';
import { keysOf } from '../../../shared/adapters/dynamodb/keys.ts';
import { cancelTask, createTasks, type TaskDeps } from '../../../shared/control/tasks.ts';
import { type Call, endOfMark, type TryResult } from '../../../shared/domain/call.ts';
import { type CallMessage, callMessage } from '../../../shared/domain/call-message.ts';
import { forwarderTimeoutSeconds, visibilitySeconds } from '../../../shared/domain/capacity.ts';
import { TaskError } from '../../../shared/domain/task-errors.ts';
import { type FaultPlan, Faults, type SimulatedProcess } from '../../../testing/faults.ts';
import { MemoryQueue } from '../../../testing/memory-queue.ts';
import { MemoryTable } from '../../../testing/memory-table.ts';
import { SeededRandom } from '../../../testing/seeded-random.ts';
import { VirtualClock } from '../../../testing/virtual-clock.ts';
import { NOW, testPipeline } from '../../shared/support.ts';

const WORKERS = 2;
const MESSAGES = 3;
const CALL_MS = 700;
const HORIZON_MS = 12 * 3_600_000;
const STEP_MS = 5 * 60_000;

/** What the service makes of a call's first, second … try, and whether its forwarder dies of it. Default: a success. */
export type Script = Readonly<Record<string, readonly ('fails' | 'busy' | 'kills' | 'stores nothing')[]>>;

/** Calls that stand alone in virtual time: the deployed store, rounds and calls, over a queue and processes that can die. */
export class CallWorld {
  readonly clock: VirtualClock;
  readonly faults: Faults;
  readonly pipeline = testPipeline({ tasks: {} });
  readonly store = callStore(new MemoryTable(), keysOf(this.pipeline.name));
  readonly queue: MemoryQueue<CallMessage>;
  /** Each try as the service saw it. */
  readonly tries: { readonly id: string; readonly at: number }[] = [];
  /** What must never be. */
  readonly problems: string[] = [];
  /** Whose cancelling was confirmed. */
  readonly cancelled = new Set<string>();
  /** What was counted, and how late each first call was said to be. */
  readonly counted = new Map<string, number>();
  readonly lateness: number[] = [];
  deaths = 0;
  readonly #script: Script;
  readonly #random: SeededRandom;
  readonly #busy = new Set<string>();
  #invocations = 0;
  #processes = 0;

  constructor({ seed = 1, plan, script = {} }: { seed?: number; plan?: FaultPlan; script?: Script } = {}) {
    const random = new SeededRandom(seed);
    this.#random = random;
    this.#script = script;
    this.clock = new VirtualClock({ start: NOW, seed });
    this.faults = new Faults({ clock: this.clock, random: random.fork(), ...(plan && { plan }) });
    const timeout = visibilitySeconds(forwarderTimeoutSeconds(this.pipeline.endpoint));
    const disorder = { random: random.fork(), duplicates: 0.1 };
    this.queue = new MemoryQueue({ name: 'calls', clock: this.clock, visibilitySeconds: timeout, ...disorder });
    this.queue.onVisible(() => this.clock.after(0, () => void this.#receive()));
    this.#roundLater();
  }

  /** Ports as a process of a client has them. */
  client(): { readonly deps: TaskDeps; readonly process: SimulatedProcess } {
    const process = this.#process('client');
    return { deps: { ...this.#deps(process), pipeline: this.pipeline }, process };
  }

  /** Does what a client wants, and again where its process dies, until it is answered. */
  async ask<T>(wish: (deps: TaskDeps) => Promise<T>): Promise<T> {
    for (;;) {
      const { deps, process } = this.client();
      const answer = await this.#live(process, () => wish(deps).then((gave) => ({ gave })));
      if (answer) return answer.gave;
      await this.clock.sleep(1_000);
    }
  }

  /** Runs until nothing is left to do; all of these calls must have ended by then. */
  async run(ids: readonly string[], after: () => Promise<void> = async () => {}): Promise<Map<string, Call>> {
    let isAsked = false;
    void after().then(
      () => {
        isAsked = true;
      },
      (error: unknown) => this.problems.push(String(error)),
    );
    const ended = new Map<string, Call>();
    const look = async () => {
      for (const id of ids) {
        const call = await this.store.read(id);
        if (call?.outcome) ended.set(id, call);
      }
    };
    // No longer than it takes: rounds come every minute.
    for (
      let at = STEP_MS;
      (!isAsked || ended.size < ids.length || this.queue.size > 0) && at <= HORIZON_MS;
      at += STEP_MS
    ) {
      await this.clock.run({ limit: NOW + at });
      await look();
    }
    expect(this.problems).toEqual([]);
    expect([...ended.keys()].sort()).toEqual([...ids].sort());
    expect(this.queue.bodies()).toEqual([]);
    expect(await this.store.due(NOW + 10 * HORIZON_MS, 9)).toEqual([]);
    return ended;
  }

  #process(kind: string): SimulatedProcess {
    this.#processes += 1;
    return this.faults.process(`${kind}-${this.#processes}`);
  }

  #deps(process: SimulatedProcess) {
    const calls = process.wrap('calls', this.store);
    return {
      clock: process.clockOn(this.clock),
      random: this.#random,
      log: { info() {}, warn() {}, error() {} },
      metrics: {
        count: (name: string, value: number) => void this.counted.set(name, (this.counted.get(name) ?? 0) + value),
        observe: (_: string, value: number) => void this.lateness.push(value),
        flush() {},
      },
      calls,
      queues: { calls: process.wrap('queue', this.queue) },
    };
  }

  /** Null where the process died, or its work failed. */
  async #live<T>(process: SimulatedProcess, work: () => Promise<T>): Promise<T | null> {
    const death = process.death.then(() => {
      this.deaths += 1;
      return null;
    });
    const done = work().catch((error: unknown) => {
      if (process.isDead || /^(Crash|ThrottlingException|TimeoutError|QueueError)$/.test(errorName(error))) return null;
      throw error;
    });
    return Promise.race([death, done]);
  }

  #roundLater(): void {
    this.clock.after(60_000, () => {
      const process = this.#process('round');
      void this.#live(process, () => runCallRound({ ...this.#deps(process), pipeline: this.pipeline })).catch(
        (error: unknown) => this.problems.push(`a round: ${String(error)}`),
      );
      if (this.clock.now() < NOW + HORIZON_MS) this.#roundLater();
    });
  }

  async #receive(): Promise<void> {
    if (this.#invocations >= WORKERS) return;
    const received = this.queue.receive(MESSAGES);
    if (received.length === 0) return;
    this.#invocations += 1;
    const process = this.#process('caller');
    const deadline = this.clock.now() + forwarderTimeoutSeconds(this.pipeline.endpoint) * 1_000;
    const takeBack = this.clock.at(deadline, () => process.kill('by its time-out'));
    const deps: MakeDeps = {
      ...this.#deps(process),
      pipeline: this.pipeline,
      lanes: { enter: () => null, leave() {} },
      attempt: (call) => process.waitFor(this.#serve(call, process)),
    };
    const messages = received.map(({ messageId, body }) => ({
      messageId,
      message: callMessage.parse(JSON.parse(body)),
    }));
    const failed = await this.#live(process, () => makeCalls(deps, messages, { id: process.name, deadline }));
    takeBack();
    this.#invocations -= 1;
    if (failed)
      this.queue.delete(
        received.flatMap(({ messageId, receiptHandle }) => (failed.has(messageId) ? [] : [receiptHandle])),
      );
    this.clock.after(0, () => void this.#receive());
  }

  /** The service. It goes on with a call whose caller has died. */
  async #serve(claimed: Call, process: SimulatedProcess): Promise<TryResult> {
    const { id } = claimed;
    const at = this.clock.now();
    const stored = await this.store.read(id);
    const problem = (what: string) => this.problems.push(`${id} at ${at - NOW}: ${what}`);
    if (this.#busy.has(id)) problem('called beside another try');
    if (this.cancelled.has(id)) problem('called after a confirmed cancel');
    if (stored?.outcome) problem('called after its outcome');
    if (!stored || at < stored.due) problem('called before it is due');
    if (claimed.mark && at + CALL_MS >= endOfMark(claimed.mark)) problem('called beyond its mark');
    const said = this.#script[id]?.[this.tries.filter((each) => each.id === id).length];
    this.tries.push({ id, at });
    this.#busy.add(id);
    if (said === 'kills') process.kill(`of ${id}`);
    await this.clock.sleep(CALL_MS);
    this.#busy.delete(id);
    const due = this.clock.now() + 2_000;
    if (said === 'fails') return { kind: 'again', due };
    if (said === 'busy') return { kind: 'handed-back', due, isPressed: true };
    if (said === 'stores nothing') throw Object.assign(new Error('a store failed'), { name: 'ThrottlingException' });
    const outcome = { status: 'SUCCEEDED', reason: null, result: id, attempts: claimed.calls, ms: CALL_MS } as const;
    return { kind: 'ended', outcome };
  }
}

const errorName = (error: unknown) => (error instanceof Error ? error.name : '');

export const SECOND = Math.floor(NOW / 1_000);

/** Creates tasks, by their ids with the seconds from now that each is due in. */
export const create = (world: CallWorld, tasks: Readonly<Record<string, number>>, latest?: number) =>
  world.ask((deps) =>
    createTasks(
      deps,
      Object.entries(tasks).map(([id, seconds]) => ({
        ...{ id, executeAt: SECOND + seconds, item: id },
        ...(latest !== undefined && { latest: SECOND + latest }),
      })),
    ),
  );

/** When the service was called of a task, milliseconds from the beginning. */
export const timesOf = ({ tries }: CallWorld, id: string) =>
  tries.flatMap((each) => (each.id === id ? [each.at - NOW] : []));

/** A wish, or that it came too late; what was confirmed is remembered. */
export async function cancel(world: CallWorld, id: string): Promise<void> {
  const wish = (deps: TaskDeps) =>
    cancelTask(deps, id).then(
      () => world.cancelled.add(id),
      (error: unknown) => {
        if (!(error instanceof TaskError)) throw error;
      },
    );
  await world.ask(wish);
}
