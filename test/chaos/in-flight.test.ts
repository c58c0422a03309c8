import { expect, test } from 'vitest';
import { startRun } from '../../shared/control/start.ts';
import { chaosPipeline } from './pipeline.ts';
import { answers, type Service } from './service.ts';
import { World } from './world.ts';

const CALL_MS = 400;
const KILL_MS = 150;

test('two in flight are two, also where forwarders are killed and the service is busy', async () => {
  const open: { readonly from: number; readonly to: number }[] = [];
  let now = () => 0;
  const service: Service = (i, nth) => {
    const kills = i % 60 === 7 && nth <= 2;
    const isBusy = i % 9 === 4 && nth === 1;
    const ms = kills ? KILL_MS : isBusy ? 5 : CALL_MS;
    open.push({ from: now(), to: now() + ms });
    if (kills) return { kind: 'kill', ms };
    return answers(i, isBusy ? { httpStatus: 429, body: '', ms } : { ms });
  };
  const world = new World({ pipeline: chaosPipeline({ children: 130 }, { inFlight: 2 }), service });
  now = () => world.now();
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const { counts } = await world.runToEnd('r');
  expect((counts?.succeeded ?? 0) + (counts?.failed ?? 0)).toBe(130);
  expect(world.host.counts.crashed).toBeGreaterThan(1);
  // A forwarder has one lane, so that a kill ends the one call that it has open.
  const most = Math.max(...open.map(({ from }) => open.filter((call) => call.from <= from && from < call.to).length));
  expect(most).toBe(2);
});
