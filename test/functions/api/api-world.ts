import { apiApp } from '../../../functions/api/app.ts';
import { SCOPES, type Scope } from '../../../functions/api/callers.ts';
import { definitionsOf, USES } from '../../../functions/api/deps.ts';
import { SYSTEM } from '../../../functions/system.ts';
import { storesOn } from '../../../shared/adapters/dynamodb/stores-on.ts';
import { sourceFiles } from '../../../shared/adapters/sources/source-files.ts';
import type { Pipeline } from '../../../shared/author/definition.ts';
import { overFiles } from '../../../shared/author/sources/over-files.ts';
import { platformPortsOf } from '../../../shared/ports/uses.ts';
import { loaded } from '../../../testing/loaded-system.ts';
import { MemoryTable } from '../../../testing/memory-table.ts';
import { MemoryObjects } from '../../../testing/objects.ts';
import { MINUTE, PipelineWorld } from '../../../testing/pipeline-world.ts';
import { objectsWithRights, tableWithRights } from '../../../testing/rights.ts';
import { spy } from '../../../testing/spy.ts';
import { memoryQueue } from '../../../testing/world-queues.ts';
import { testPipeline } from '../../shared/support.ts';

/** A pipeline at work in virtual time, and the API over it. A call takes `callMs`, and answers with its item. */
export async function apiWorld(over: Parameters<typeof testPipeline>[0] = {}, callMs = 2_000, perSecond = 100) {
  const objects = new MemoryObjects();
  const files = () => sourceFiles({ folder: import.meta.dirname, objects: () => objects });
  const pipeline: Pipeline = overFiles(testPipeline(over), files);
  const table = new MemoryTable();
  /** Runs that the API read, each time. */
  const reads: string[] = [];
  const lines: { readonly message: string; readonly fields: Record<string, unknown> }[] = [];
  const world = new PipelineWorld(
    {
      pipeline,
      table,
      objects,
      functions: await loaded(SYSTEM),
      caller: (process, clock) => ({
        async call({ body }) {
          await process.waitFor(clock.sleep(callMs));
          return { kind: 'answer', httpStatus: 200, body: body ?? 'null', isJson: true, retryAfter: null, ms: callMs };
        },
        async close() {},
      }),
    },
    memoryQueue,
  );
  const { deps, clock } = world;
  const say = (message: string, fields: Record<string, unknown> = {}) => void lines.push({ message, fields });
  const ports = platformPortsOf(USES, {
    ...deps,
    log: { info: say, warn: say, error: say },
    // With no right but those that the function declares.
    storesOf(name) {
      const stores = storesOn(tableWithRights(table, USES), name);
      const read = async (run: string) => {
        reads.push(run);
        return stores.runs.read(run);
      };
      return { ...stores, runs: spy(stores.runs, { read }) };
    },
    objectsOf: () => objectsWithRights(objects, USES),
    queuesOf: () => deps.queues,
    callsOf: () => deps.calls,
    mailer: world.mailer,
    mailFrom: '',
    events: world.events,
  });
  const callers = new Map<string, readonly Scope[]>([
    ['ada', SCOPES],
    ['bob', SCOPES],
    ['guest', ['read']],
  ]);
  const app = apiApp(ports, {
    definitions: definitionsOf([pipeline]),
    identify: async (c) => {
      const id = c.req.header('x-caller') ?? 'ada';
      return { id, name: `the user ${id}`, scopes: new Set(callers.get(id)) };
    },
    rate: { perSecond, burst: perSecond },
  });
  const ask = (method: string, path: string, { body, ...headers }: Record<string, unknown> = {}) =>
    app.request(path, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
  /** Asks, and lets time pass until the answer is there. */
  const wait = async (...asked: Parameters<typeof ask>) => {
    let answer: Response | undefined;
    const asking = Promise.resolve(ask(...asked)).then((given) => {
      answer = given;
    });
    await world.host.run({ until: () => answer !== undefined, limit: world.now() + MINUTE });
    await asking;
    return answer ?? Promise.reject(new Error('There was no answer.'));
  };
  return { world, objects, reads, deps, clock, app, ask, wait, lines };
}
export type ApiWorld = Awaited<ReturnType<typeof apiWorld>>;
