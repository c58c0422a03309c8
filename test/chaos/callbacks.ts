import * as z from 'zod';
import { parseChildId } from '../../shared/domain/ids.ts';
import type { BlockRef } from '../../shared/domain/layout.ts';
import { stillWaiting } from '../../shared/domain/sending.ts';
import type { UrlEvent } from '../../shared/lambda/http.ts';
import { type ChaosResult, chaosRun } from './chaos.ts';
import { answerTo } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers, draw, type Service } from './service.ts';
import { type AnyWorld, HOUR, MINUTE, SECOND, World } from './world.ts';

/** Children of a hundred that are answered with 202. */
const SHARE = 0.2;
const WITHIN_HOURS = 0.5;
/** Children that may wait at once, where a run has a cap. */
const CAP = 15;

/** What services were told: each claim is held against the report. */
export class Told {
  /** Children by id whose success was recorded, as a 200 said. */
  readonly succeeded = new Set<string>();
  forgedAccepted = 0;
  callbacks = 0;
  /** Answers by status. */
  readonly statuses = new Map<number, number>();
  /** Blocks whose children were called. */
  readonly blocks = new Map<string, BlockRef>();
  /** Children that were seen to wait at once. */
  mostWaiting = 0;
}

const answered = z.object({ statusCode: z.number(), body: z.string().default('{}') });

/** One POST, repeated until it is answered other than with a failure of ours, as the client for services does. */
export async function post(world: AnyWorld, path: string, body: string, told: Told): Promise<number> {
  const event: UrlEvent = { rawPath: path, headers: {}, requestContext: { http: { method: 'POST' } }, body };
  for (let tries = 0; tries < 12; tries++) {
    told.callbacks += 1;
    const end = await world.host.invoke(world.functionOf('callback'), event);
    const { statusCode } = end.end === 'answered' ? answered.parse(end.answer) : { statusCode: 502 };
    told.statuses.set(statusCode, (told.statuses.get(statusCode) ?? 0) + 1);
    if (statusCode < 500) return statusCode;
    await world.clock.sleep(5 * SECOND * 2 ** Math.min(tries, 5));
  }
  return 503;
}

/** A service that calls back: early, twice, late, with failures, never, and beside it somebody with tokens of his own making. */
function callingBack(seed: number, world: () => World, told: Told, service: Service): Service {
  return (i, nth, request) => {
    if (draw(seed, i, 3_000) >= SHARE) return service(i, nth, request);
    const chance = (salt: number) => draw(seed, i, 3_000 + 10 * nth + salt);
    const { n, ...ref } = parseChildId(request.child);
    told.blocks.set(JSON.stringify(ref), ref);
    void countWaiting(world(), request.run, told);
    const ms = Math.floor(20 + 100 * chance(1));
    const path = new URL(request.callback ?? 'https://none.example.com/').pathname;
    const say = async (status: number, after: number) => {
      await world().clock.sleep(after);
      const result = status === 200 ? answerTo(i) : { no: i };
      const said = await post(world(), path, JSON.stringify({ status, result }), told);
      if (said === 200 && status === 200) told.succeeded.add(`${request.run}/${request.child}`);
    };
    // Most within minutes, some before the 202 itself, some when nobody waits any more.
    const way = chance(2);
    const after = way < 0.1 ? ms / 2 : way < 0.8 ? 20 * MINUTE * chance(3) : HOUR * WITHIN_HOURS * (0.9 + chance(3));
    const drawn = chance(4);
    if (drawn > 0.1) void say(drawn < 0.2 ? 500 : drawn < 0.25 ? 422 : 200, after);
    if (chance(5) < 0.2) void say(200, after + (chance(6) < 0.5 ? 0 : 10 * MINUTE));
    if (chance(7) < 0.2) void forge(world(), path, told, chance(8));
    return answers(i, { httpStatus: 202, body: '', ms });
  };
}

/** By the registers, whatever seats say. */
async function countWaiting({ deps }: World, run: string, told: Told): Promise<void> {
  let waiting = 0;
  for (const ref of told.blocks.values()) {
    const block = await deps.stores.blocks.read(run, ref);
    for (const slot of block.registers.keys()) waiting += stillWaiting(block, slot).length;
  }
  told.mostWaiting = Math.max(told.mostWaiting, waiting);
}

/** Another child's, another attempt's, a cut one: none may be taken. */
async function forge(world: World, path: string, told: Told, drawn: number): Promise<void> {
  const [payload = '', mac = ''] = path.slice('/callback/'.length).split('.');
  const claims: unknown[] = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const other = claims.map((claim, at) => (at === 4 || at === 6 ? Number(claim) + 1 : claim));
  const forged = Buffer.from(JSON.stringify(other)).toString('base64url');
  const token = drawn < 0.5 ? `${forged}.${mac}` : `${payload}.${mac.slice(0, -1)}`;
  await world.clock.sleep(MINUTE * drawn);
  const status = await post(world, `/callback/${token}`, '{"status":200,"result":{"value":-1}}', told);
  if (status !== 401 && status < 500) told.forgedAccepted += 1;
}

const isCapped = (seed: number) => seed % 4 === 1;

/** A run under chaos of which a fifth calls back; what a 200 said untruly is a problem too. */
export async function callbacksRun(seed: number, children: number): Promise<ChaosResult & { readonly told: Told }> {
  const told = new Told();
  const worlds: World[] = [];
  const result = await chaosRun(seed, children, ({ pipeline, service, ...options }) => {
    const onExpiry = seed % 2 === 0 ? 'fail' : 'retry';
    const heartbeat = seed % 3 === 0 ? { heartbeatSeconds: 900 } : {};
    const callback = { withinHours: WITHIN_HOURS, onExpiry, countsAsInFlight: false, ...heartbeat } as const;
    const limits = { ...pipeline.limits, ...(isCapped(seed) && { waiting: CAP }) };
    const world: World = new World({
      ...options,
      pipeline: { ...pipeline, callback, limits },
      service: callingBack(seed, () => world, told, service ?? ((i) => answers(i))),
    });
    worlds.push(world);
    return world;
  });
  const [world] = worlds;
  const run = `chaos-${seed}`;
  if (world && result.stuck === 0) {
    const { rows } = await readReport(world.deps, run);
    const statuses = new Map(rows.map(({ id, status }) => [`${run}/${id}`, status]));
    for (const child of told.succeeded)
      if (statuses.get(child) !== 'SUCCEEDED')
        result.problems.push(`A 200 was untrue: ${child} is ${statuses.get(child)}.`);
  }
  if (isCapped(seed) && told.mostWaiting > CAP)
    result.problems.push(`${told.mostWaiting} children waited at once, of ${CAP} that may.`);
  if (told.forgedAccepted > 0) result.problems.push(`${told.forgedAccepted} forged callbacks were accepted.`);
  return { ...result, told };
}
