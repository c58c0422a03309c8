import { SYSTEM } from '../../functions/system.ts';
import { cancelTask, createTasks, moveTask, type TaskDeps } from '../../shared/control/tasks.ts';
import { TaskError } from '../../shared/domain/task-errors.ts';
import type { Outgoing, Queue } from '../../shared/ports/queue.ts';
import { randomFaults } from '../../testing/fault-plans.ts';
import { loaded } from '../../testing/loaded-system.ts';
import { HOUR, MINUTE, PipelineWorld, SECOND } from '../../testing/pipeline-world.ts';
import { SeededRandom } from '../../testing/seeded-random.ts';
import { spy } from '../../testing/spy.ts';
import { memoryQueue } from '../../testing/world-queues.ts';
import type { ChaosResult } from './chaos.ts';
import { add } from './journal.ts';
import { LaggingIndex } from './lagging-index.ts';
import { chaosPipeline } from './pipeline.ts';
import { TaskJournal } from './task-journal.ts';
import { taskCaller } from './task-service.ts';

const DEPLOYED = await loaded(SYSTEM);
const RATES = {
  crashBefore: 0.005,
  crashAfter: 0.005,
  throttle: 0.005,
  loseAnswer: 0.005,
  partial: 0.005,
  delay: 0.05,
  maxDelayMs: 3_000,
};
/** Errors that faults bring, and what a client is told that came too late. */
const PLANNED = /^(Crash|ThrottlingException|TimeoutError|QueueError|Task\w+Error)$/;
/** Of the messages: those that vanish, and those that come among the dead letters instead. */
const LOST = 0.05;
const BURIED = 0.03;
/** Tasks of one request. */
const MOST_TOGETHER = 40;
/** What was asked for within two hours has ended long before. */
const LIMIT_MS = 48 * HOUR;

export interface TasksResult extends Omit<ChaosResult, 'mails' | 'mailsTooMany'> {
  readonly firedAfterCancel: number;
  readonly early: number;
  /** What happened, so that a test knows that it was something. */
  readonly counts: TaskJournal['counts'];
}

/**
 * Tasks under everything that can go wrong, chosen by the seed alone: clients that die while they create, move and cancel, functions that
 * die, messages that are lost, buried or there twice, an index that lags and a service that fails. Held against it is what clients were told
 * and what the service saw.
 */
export async function tasksRun(seed: number, tasks: number): Promise<TasksResult> {
  const world = new TaskWorld(seed);
  const { journal, made } = world;
  const start = made.now();
  const ids = Array.from({ length: tasks }, (_, i) => `task-${seed}-${i}`);
  const clients = world.clients(ids);
  let areDone = false;
  void clients.then(() => {
    areDone = true;
  });
  // Rounds look every minute for as long as the world lives: so often it is asked whether all is over.
  while (made.now() < start + LIMIT_MS && !(areDone && (await world.isOver(ids))))
    await made.host.run({ limit: made.now() + 10 * MINUTE });
  const tookMs = made.now() - start;
  // What is left over would come now, beside rounds that still look.
  await made.host.run({ limit: made.now() + HOUR });
  const problems: string[] = areDone ? [] : ['A client was never answered.'];
  const lost: string[] = [];
  for (const id of ids) {
    const task = await made.deps.calls.read(id);
    const wrong = journal.wrongWith(id, task, made.pipeline.retry.attempts);
    if (wrong) problems.push(`Task ${id} ${wrong}.`);
    if (!task?.outcome) lost.push(id);
  }
  for (const [what, which] of [
    ['was called twice', journal.twice],
    ['was called early', journal.early],
    ['was called after its cancel was confirmed', journal.firedAfterCancel],
  ] as const)
    for (const id of which) problems.push(`Task ${id} ${what}.`);
  for (const { function: of, error } of made.host.failures)
    if (!PLANNED.test(error instanceof Error ? error.name : '')) problems.push(`${of} failed: ${String(error)}`);
  const left = await world.left();
  if (left > 0) problems.push(`${left} messages or entries are left.`);
  return {
    ...{ seed, tookMs, children: tasks, problems, counts: journal.counts },
    ...{ lost: lost.length, twice: journal.twice.size, stuck: areDone && left === 0 ? 0 : 1 },
    ...{ firedAfterCancel: journal.firedAfterCancel.size, early: journal.early.size },
    calls: journal.counts.get('calls') ?? 0,
    crashes: made.host.counts.crashed,
  };
}

class TaskWorld {
  readonly journal = new TaskJournal();
  readonly made: ReturnType<TaskWorld['make']>;
  readonly #random: SeededRandom;
  #clients = 0;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.made = this.make(seed);
  }

  make(seed: number) {
    const { journal } = this;
    const random = this.#random.fork();
    return new PipelineWorld(
      {
        ...{ seed, duplicates: 0.1, lostDeletes: 0.02, functions: DEPLOYED },
        pipeline: { ...chaosPipeline({}), tasks: { lateSeconds: 60 } },
        caller: (process, clock) => taskCaller({ seed, journal, process, clock }),
        plan: (chance) => randomFaults(chance, RATES),
        // Mostly a second, now and then minutes.
        table: new LaggingIndex((task) => this.made.clock.after(Math.floor(4 * MINUTE * random.next() ** 6), task)),
        observer: { calls: journal.watch, queue: (queue) => this.#losing(queue, random) },
      },
      memoryQueue,
    );
  }

  /** Does what clients do, until all of them are answered. */
  async clients(ids: readonly string[]): Promise<void> {
    const rest = [...ids];
    const groups: string[][] = [];
    while (rest.length > 0) groups.push(rest.splice(0, 1 + this.#random.integer(MOST_TOGETHER)));
    await Promise.all(groups.map((group) => this.#client(group)));
  }

  async isOver(ids: readonly string[]): Promise<boolean> {
    for (const id of ids) {
      const task = await this.made.deps.calls.read(id);
      if (!task?.outcome) return false;
    }
    return (await this.left()) === 0;
  }

  /** Messages and entries of the index. */
  async left(): Promise<number> {
    const { optionalQueues, deadLetters, deps, now } = this.made;
    const entries = await deps.calls.due(now.call(this.made) + 365 * 24 * HOUR, 100);
    return (optionalQueues.calls?.size ?? 0) + deadLetters.work.size + entries.length;
  }

  async #client(ids: readonly string[]): Promise<void> {
    const random = this.#random;
    const { clock } = this.made;
    await clock.sleep(Math.floor(20 * MINUTE * random.next() ** 2));
    const requests = ids.map((id) => {
      const executeAt = this.#someTime();
      const latest = random.chance(0.1) ? executeAt + 60 + random.integer(1_200) : undefined;
      const task = this.journal.of(id);
      task.notBefore = executeAt * SECOND;
      task.hasLatest = latest !== undefined;
      return { id, executeAt, item: id, ...(latest !== undefined && { latest }) };
    });
    await this.#insist((deps) => createTasks(deps, requests));
    for (const id of ids) this.journal.of(id).isConfirmed = true;
    await Promise.all(ids.map((id) => this.#meddle(id)));
  }

  /** A fifth is cancelled, a fifth is moved, some to and fro, at times of their own or just when they are due. */
  async #meddle(id: string): Promise<void> {
    const random = this.#random;
    const { clock } = this.made;
    const task = this.journal.of(id);
    for (let moves = random.chance(0.2) ? 1 + random.integer(3) : 0; moves > 0; moves--) {
      await clock.sleep(this.#pause(task.notBefore));
      // No later than its `latest`, which it would be refused for.
      if (task.hasLatest) break;
      const to = this.#someTime();
      const before = task.notBefore;
      task.notBefore = Math.min(before, to * SECOND);
      const isMoved = await this.#insist((deps) => moveTask(deps, id, to));
      add(this.journal.counts, isMoved ? 'moves' : 'refused');
      if (isMoved) task.notBefore = to * SECOND;
    }
    if (!random.chance(0.25)) return;
    await clock.sleep(this.#pause(task.notBefore));
    task.cancelAsked = true;
    const isCancelled = await this.#insist((deps) => cancelTask(deps, id));
    if (isCancelled) this.journal.cancelled(id);
    add(this.journal.counts, isCancelled ? 'cancels' : 'refused');
  }

  /** UNIX seconds: past, near and far. */
  #someTime(): number {
    return Math.floor(this.made.now() / SECOND) - 5 + Math.floor(7_200 * this.#random.next() ** 3);
  }

  /** Until some time before a task is due, or until just before or behind that. */
  #pause(due: number): number {
    const random = this.#random;
    const left = Math.max(0, due - this.made.now());
    return random.chance(0.4) ? Math.floor(left * random.next()) : Math.max(0, left - 30 + random.integer(300));
  }

  /** A client that dies comes back and asks again. False: it was told that it came too late. */
  async #insist(wish: (deps: TaskDeps) => Promise<unknown>): Promise<boolean> {
    const { made } = this;
    for (;;) {
      const { deps } = made;
      const end = await made.host.invoke(
        {
          name: `client-${++this.#clients}`,
          timeoutMs: 10 * MINUTE,
          create: (process) => () =>
            wish({
              ...deps,
              clock: process.clockOn(made.clock),
              calls: process.wrap('calls', deps.calls),
              queues: { calls: process.wrap('queue', deps.queues.calls) },
            }),
        },
        null,
      );
      if (end.end === 'answered') return true;
      if (end.end === 'failed' && end.error instanceof TaskError) return false;
      await made.clock.sleep(2 * SECOND);
    }
  }

  #losing(queue: Queue<unknown>, random: SeededRandom): Queue<unknown> {
    const { optionalQueues, deadLetters } = this.made;
    if (queue !== optionalQueues.calls) return queue;
    const send = async (messages: readonly Outgoing<unknown>[]) => {
      const kept: Outgoing<unknown>[] = [];
      for (const message of messages) {
        const drawn = random.next();
        if (drawn >= LOST + BURIED) kept.push(message);
        else add(this.journal.counts, 'messages lost');
        if (drawn < BURIED) await deadLetters.work.send([message]);
      }
      if (kept.length > 0) await queue.send(kept);
    };
    return spy(queue, { send });
  }
}
