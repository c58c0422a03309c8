import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { definePipeline } from '../../../shared/author/definition.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { costOf } from '../../../shared/control/cost.ts';
import {
  type CloneWork,
  cpuHours,
  fargateCloneDollars,
  lambdaCloneDollars,
  taskHourDollars,
} from '../../../shared/domain/clone-cost.ts';
import { PRICES } from '../../../shared/domain/limits.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';

const adr = readFileSync(`${PACKAGE_DIR}/docs/adr/0046-which-clone-is-cheapest.md`, 'utf8');

/** The run that the project is measured by: its whole bill is to stay within $12. */
const RUN = { calls: 19_000_000, seconds: 0.5, kilobytes: 2 };
const GOAL = 12;
const TASK = { vCpus: 0.25, memoryGB: 0.5, callsAtOnce: 64 };
const MONTH_HOURS = 720;

const work = (cpuMs: number): CloneWork => ({ ...RUN, cpuSeconds: cpuMs / 1_000 });
const money = (dollars: number) => `$${dollars.toFixed(2)}`;
const engine = costOf(
  definePipeline({
    name: 'scores',
    source: list(() => []),
    endpoint: { service: 'scores', path: '/' },
    limits: { inFlight: 2_640 },
  }),
  { children: RUN.calls, calls: RUN.calls, calledMs: RUN.calls * 500, bytesPerItem: 100, cloneMB: 512 },
).dollars;

test('what the decision says of the large run is what the prices come to', () => {
  expect(adr).toContain(`The engine is\n${money(engine)} of that.`);
  const lambda = lambdaCloneDollars(RUN, 512);
  for (const ms of [5, 25, 50, 100]) {
    const fargate = fargateCloneDollars(work(ms), TASK);
    const hours = cpuHours(work(ms));
    const cells = [money(lambda), money(fargate), money(engine + fargate), Math.round(hours)];
    expect(adr).toContain(`| ${ms} ms | ${cells.join(' | ')} | $${((GOAL - engine) / hours).toFixed(3)} |`);
  }
  expect(engine + fargateCloneDollars(work(33), TASK)).toBeLessThan(GOAL);
  expect(engine + fargateCloneDollars(work(34), TASK)).toBeGreaterThan(GOAL);
  expect(adr).toContain('33 ms or less');
  // 1,769 MB are a processor.
  const mostOf = (memoryMB: number) => Math.round((memoryMB / 1_769) * 500);
  expect(adr).toContain(`With 128 MB Lambda is ${money(lambdaCloneDollars(RUN, 128))}, computes ${mostOf(128)} ms`);
  const most = mostOf(512);
  expect(adr).toContain(`of ${most} ms, all`);
  expect(adr).toContain(`Fargate is ${money(fargateCloneDollars(work(most), TASK))}`);
});

test('what stands is worth as many calls as the decision says', () => {
  const perCall = lambdaCloneDollars({ calls: 1, seconds: 0.5 }, 512);
  const standing = {
    'ten tasks for an hour a month': [
      10 * taskHourDollars(TASK),
      (calls: number) => `${Math.round(calls / 1_000)},000`,
    ],
    'one task always': [MONTH_HOURS * taskHourDollars(TASK), millions],
    "a load balancer of the clone's own": [MONTH_HOURS * PRICES.perBalancerHour, millions],
  } as const;
  for (const [what, [dollars, words]] of Object.entries(standing))
    expect(adr).toContain(`${what} | ${dollars.toFixed(2)} | ${words(dollars / perCall)} |`);
});

function millions(calls: number): string {
  return `${(calls / 1_000_000).toFixed(1)} million`;
}
