import { expect, test } from 'vitest';
import { draw } from '../../../functions/aggregator/draw.ts';
import { finishRun } from '../../../functions/aggregator/finish.ts';
import { freezeSegment } from '../../../functions/aggregator/freeze.ts';
import type { Section } from '../../../shared/author/section.ts';
import { testPipeline } from '../../shared/support.ts';
import { endedRun } from './ended-run.ts';

const CARD = '4929 1234 5678 9012';

/** A run whose reduce ends in these sections, or throws. */
async function runWith(sections: () => Section[]) {
  const { deps, mails } = await endedRun();
  const { reduce, report } = testPipeline({ report: { email: ['data@example.com'] } });
  const start = () => Object.assign(reduce.start(), { sections });
  const broken = {
    ...deps,
    pipeline: testPipeline({ reduce: { ...reduce, start }, report, tolerate: { failedCount: 3 } }),
  };
  await freezeSegment(broken, 'march', { slice: 0, segment: 0 });
  const finish = () => finishRun(broken, 'march', { id: 'a', deadline: deps.clock.now() + 900_000 });
  return { deps: broken, mails, finish };
}

const boom = () => {
  throw new TypeError(CARD);
};

test('a failed reduce is said in page, mail, summary, RUN and event, with its place and without its text; once', async () => {
  const { deps, mails, finish } = await runWith(boom);
  const events: unknown[] = [];
  deps.events.runEnded = async (event) => void events.push(event);
  await finish();
  await finish();
  const detail = expect.stringMatching(/^sections\(\): TypeError at .*draw\.test\.ts:\d+:\d+\)$/);
  const failure = { reason: 'reduce-failed', detail };
  expect(await deps.stores.runs.read('march')).toMatchObject({ status: 'failed', failure, counts: { total: 3 } });
  const read = async (name: string) => Buffer.from(await deps.objects.get(`march/${name}`)).toString();
  expect(JSON.parse(await read('summary.json'))).toMatchObject({ status: 'failed', failure, sections: [] });
  expect(JSON.parse(await read('summary.json')).reasons).toMatchObject([
    { reason: 'dead-letter', count: 3, examples: [{ id: '0-0.0.0' }, { id: '0-0.0.1' }, { id: '0-0.0.2' }] },
  ]);
  expect(await read('report.html')).toContain('npx microprocess redrive march --pipeline squares');
  expect((await read('report.csv')).split('\n')).toHaveLength(5);
  expect(mails).toHaveLength(1);
  const mail = Buffer.from(mails[0] ?? '').toString();
  for (const text of [mail, await read('report.html')]) {
    expect(text).toContain('The reduce failed');
    expect(text).toMatch(/reduce-failed: sections/);
    expect(text).not.toContain(CARD);
  }
  expect(events).toMatchObject([{ status: 'failed', reason: 'reduce-failed' }]);
  expect(deps.counted.get('RunsFailed')).toBe(1);
});

test('what can not be drawn is a failure of the reduce, too', async () => {
  const { deps, finish } = await runWith(() => [{ kind: 'text', title: 'x', text: 'y' }]);
  // Stands for a drawer's own fault, which no section is known to cause.
  const { credits } = deps.pipeline.report;
  let asked = 0;
  Object.defineProperty(deps.pipeline.report, 'credits', {
    get: () => (asked++ === 0 ? [{ toString: boom }] : credits),
  });
  await finish();
  expect(await deps.stores.runs.read('march')).toMatchObject({
    status: 'failed',
    failure: { detail: expect.stringMatching(/^sections\(\): can't be drawn: TypeError/) },
  });
});

test('a store that is away is no failure of the reduce', async () => {
  const { deps } = await runWith(() => []);
  const record = await deps.stores.runs.read('march');
  if (!record) throw new Error('There is no run.');
  deps.objects.put = async () => {
    throw new Error('S3 is away.');
  };
  const made = { parts: [], outputs: { written: {}, failure: null }, course: null };
  await expect(draw(deps, record, made, Promise.resolve(null))).rejects.toThrow('S3 is away.');
});
