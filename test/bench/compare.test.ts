import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { compare, comparisonOf, readEarlier } from '../../bench/compare.ts';
import { figuresOf } from '../../bench/figures.ts';

const use = (cpuMs: number) => ({ processes: [{ name: 'functions', cpuMs, peakMB: 100 }], peakMB: 100 });

/** Figures of a scenario whose pipeline took so much CPU, and the floor 1 s. */
function figures(cpuMs: number, children = 10_000) {
  const floor = { seconds: 1, own: use(1_000), service: use(0) };
  const pipeline = {
    ...{ status: 'succeeded', succeeded: children, seconds: 2, firstCallSeconds: 0, reportSeconds: 0.5, openMost: 1 },
    ...{ own: use(cpuMs), service: use(0) },
    sdk: { calls: {}, retries: 0, writeUnits: 600, readUnits: 200, unitsBy: {}, sqsRequests: 70, emptyReceives: 0 },
  };
  const scenario = { name: '0 ms service', children, delayMs: 0, inFlight: 512 };
  return figuresOf({ scenario, pipeline, floors: [floor, floor] });
}

async function written(text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-compare-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'bench.json'), text);
  return join(folder, 'bench.json');
}

test("figures stand beside an earlier run's, by themselves and in the floor's", async () => {
  const file = await written(`> bench\n${JSON.stringify({ figures: [figures(4_000)], checks: [] })}\n`);
  const compared = compare(await readEarlier(file), [figures(3_000)]);
  expect(compared).toContainEqual({
    scenario: '0 ms service',
    figure: 'CPU ms per child',
    ...{ before: 0.4, now: 0.3, ratio: 0.3 / 0.4 },
  });
  expect(compared).toContainEqual(
    expect.objectContaining({
      figure: "CPU per child, in the floor's",
      before: expect.closeTo(4),
      now: expect.closeTo(3),
    }),
  );
  expect(comparisonOf(compared)).toMatch(/CPU ms per child +0\.4000 +0\.3000 +× 0\.750/);
});

test('runs of other sizes are not compared', async () => {
  const file = await written(JSON.stringify({ figures: [figures(4_000, 5_000)] }));
  expect(comparisonOf(compare(await readEarlier(file), [figures(3_000)]))).toMatch(/^Nothing to compare with/);
});

test('another file is refused by its name', async () => {
  const file = await written('children/s 7');
  await expect(readEarlier(file)).rejects.toThrow(file);
});
