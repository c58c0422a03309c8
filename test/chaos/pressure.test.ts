import { expect, test } from 'vitest';
import { startRun } from '../../shared/control/start.ts';
import { chaosRun } from './chaos.ts';
import { checkQueues, checkRun } from './checks.ts';
import { chaosPipeline } from './pipeline.ts';
import { readReport } from './report.ts';
import { answers, chaoticService, draw, type Service, wellBehaved } from './service.ts';
import { MINUTE, SECOND, World } from './world.ts';

/** A service that is busy by the seed: in each quarter of a minute in another way, and for another share of its calls. */
function busy(seed: number, now: () => number, service: Service): Service {
  return (i, nth, request) => {
    const phase = Math.floor(now() / (15 * SECOND));
    const isBusy = draw(seed, i, 1_000 + nth) < draw(seed, phase, -20);
    return isBusy ? refusal(draw(seed, phase, -21), draw(seed, i, 2_000 + nth)) : service(i, nth, request);
  };
}

/** Drawn for the moment, and for the call. */
function refusal(way: number, drawn: number) {
  const httpStatus = drawn < 0.5 ? 429 : 503;
  if (way < 0.4) return answers(0, { httpStatus, body: '', ms: 5 });
  return answers(0, { httpStatus, body: '', ms: 5, retryAfter: String(Math.floor((way < 0.8 ? 10 : 120) * drawn)) });
}

const sum = (counts: ReadonlyMap<unknown, number>) => [...counts.values()].reduce((total, count) => total + count, 0);

test('under chaos and a service that is busy in every way: no child is lost, and none fails of it', async () => {
  let pressed = 0;
  for (const seed of [500, 501, 502]) {
    const worlds: World[] = [];
    const result = await chaosRun(seed, 600, (options) => {
      const world: World = new World({ ...options, service: busy(seed, () => world.now(), chaoticService(seed)) });
      worlds.push(world);
      return world;
    });
    expect(result, `seed ${seed}`).toMatchObject({ lost: 0, twice: 0, stuck: 0, mailsTooMany: 0, problems: [] });
    const [{ deps, journal } = expect.unreachable()] = worlds;
    const { reasons } = (await readReport(deps, `chaos-${seed}`)).summary;
    expect(reasons.filter(({ reason }) => /^http-(429|503)$/.test(reason))).toEqual([]);
    pressed += sum(journal.pressed);
  }
  expect(pressed).toBeGreaterThan(1_500);
});

test.each<[number, string, string | null, number]>([
  // Each lane that is left asks about ten times a second.
  [5, 'no time', null, 4 * 10 * 300],
  // Each lane asks once in that time.
  [60, 'Retry-After: 30', '30', 4 * 121],
])(
  'a service is busy for %i minutes, and says %s: the run ends a minute later at most',
  async (minutes, _, retryAfter, most) => {
    let inVain = 0;
    const world: World = new World({
      pipeline: chaosPipeline({ children: 100 }, { inFlight: 4 }),
      service: (i, nth, request) => {
        if (world.now() > begun + minutes * MINUTE) return wellBehaved(i, nth, request);
        inVain += 1;
        return answers(i, { httpStatus: 503, body: '', ms: 20, retryAfter });
      },
    });
    const begun = world.now();
    await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
    expect((await world.runToEnd('r')).counts).toMatchObject({ succeeded: 100 });
    expect(world.now() - begun).toBeLessThan((minutes + 1) * MINUTE);
    expect(inVain).toBeGreaterThan(most / 10);
    expect(inVain).toBeLessThanOrEqual(most);
    await world.drain();
    expect([...(await checkRun(world, 'r')).problems, ...(await checkQueues(world))]).toEqual([]);
  },
);
