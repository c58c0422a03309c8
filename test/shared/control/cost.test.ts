import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { definePipeline } from '../../../shared/author/definition.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { cheaperInFlight, costOf, secondsOf } from '../../../shared/control/cost.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';

type Definition = Parameters<typeof definePipeline>[0];
const pipelineOf = (
  limits: Definition['limits'],
  endpoint: Definition['endpoint'] = { service: 'scores', path: '/' },
) => definePipeline({ name: 'scores', source: list(() => []), endpoint, limits });
const workOf = (children: number) => ({ children, calls: children, calledMs: children * 500, bytesPerItem: 300 });
const money = (dollars: number) => `$${dollars.toFixed(2)}`;

test('what a million costs is as the docs show', () => {
  const docs = readFileSync(`${PACKAGE_DIR}/docs/production.md`, 'utf8');
  const million = workOf(1_000_000);
  for (const inFlight of [1_000, 100, 8]) {
    const { dollars } = costOf(pipelineOf({ inFlight }), million);
    const large = costOf(pipelineOf({ inFlight }), workOf(19_000_000)).dollars;
    expect(docs).toContain(
      `| orchestration, \`limits.inFlight\` ${inFlight.toLocaleString('en')} | ${money(dollars)} | ${money(large)} |`,
    );
  }
  for (const cloneMB of [512, 128]) {
    const of = (children: number) => costOf(pipelineOf({}), { ...workOf(children), cloneMB }).service?.dollars ?? 0;
    expect(docs).toContain(`| clone of ${cloneMB} MB | ${money(of(1_000_000))} | ${money(of(19_000_000))} |`);
  }
});

test('few calls in flight are named as what costs; many are not', () => {
  const work = workOf(19_000_000);
  const few = cheaperInFlight(pipelineOf({ inFlight: 8 }), work);
  expect(few).toEqual({ inFlight: 1_000, dollars: costOf(pipelineOf({ inFlight: 1_000 }), work).dollars });
  expect(cheaperInFlight(pipelineOf({ inFlight: 512 }), work)).toBeNull();
});

test('a rate takes its time, and forwarders that wait for it are paid', () => {
  const work = workOf(100_000);
  const [free, held] = [pipelineOf({ inFlight: 1_000 }), pipelineOf({ inFlight: 1_000, ratePerSecond: 10 })];
  expect(secondsOf(free, work)).toBe(50);
  expect(secondsOf(held, work)).toBeCloseTo(100_000 / 9.8);
  expect(secondsOf(pipelineOf({ inFlight: 1_000, ratePerMinute: 600 }), work)).toBeCloseTo(100_000 / 9.8);
  // Four forwarders of a gigabyte.
  expect(costOf(held, work).gbSeconds).toBeGreaterThan(4 * 10_204);
});

test('splitting, reducing, S3 and invocations are part of it', () => {
  const small = costOf(pipelineOf({}), workOf(1_000_000));
  // A batch of ten messages of 64 calls.
  expect(small.invocations).toBeGreaterThanOrEqual(1_000_000 / 640);
  expect(small.objectWrites).toBeGreaterThan(100);
  const idle = costOf(pipelineOf({}), { ...workOf(1_000_000), calledMs: 0 });
  expect(idle.gbSeconds).toBeGreaterThan(100);
  // Each item lies in S3.
  const large = costOf(pipelineOf({}), { ...workOf(1_000_000), bytesPerItem: 40_000 });
  expect(large.objectWrites).toBeGreaterThan(1_000_000);
});

test('the clone is priced where it is a function: by its service, or by what the deployment says of a name', () => {
  const work = workOf(1_000);
  const bound = pipelineOf({}, { name: 'partner', path: '/' });
  const memory = (pipeline: ReturnType<typeof pipelineOf>, cloneMB?: number | null) =>
    costOf(pipeline, { ...work, cloneMB }).service?.memoryMB ?? null;
  expect([memory(pipelineOf({})), memory(pipelineOf({}), 256), memory(pipelineOf({}), null)]).toEqual([512, 256, null]);
  expect([memory(bound), memory(bound, 256), memory(bound, null)]).toEqual([null, 256, null]);
  expect(memory(pipelineOf({}, { url: 'https://scores.your-company.com', path: '/' }), 256)).toBeNull();
});
