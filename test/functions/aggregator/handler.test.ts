import { expect, test } from 'vitest';
import { finishRun } from '../../../functions/aggregator/finish.ts';
import { freezeSegment } from '../../../functions/aggregator/freeze.ts';
import { recordBounces } from '../../../functions/aggregator/record-bounces.ts';
import { RetryLater } from '../../../shared/lambda/retry-later.ts';
import { type Aggregated, endedRun } from './ended-run.ts';

/** The same run with its segment frozen, told to finish. */
async function frozenRun(status: Parameters<typeof endedRun>[0] = 'FAILED'): Promise<Aggregated> {
  const of = await endedRun(status);
  await freezeSegment(of.deps, 'march', { slice: 0, segment: 0 });
  return of;
}

let invocations = 0;
const finish = ({ deps }: Aggregated) =>
  finishRun(deps, 'march', { id: `aggregator-${++invocations}`, deadline: deps.clock.now() + 900_000 });

/** Fails puts under keys that end so, once for each time it is asked. */
function failPuts({ deps }: Aggregated, ending: string): () => void {
  const put = deps.objects.put.bind(deps.objects);
  deps.objects.put = async (key, body) => {
    if (key.endsWith(ending)) throw new Error(`No ${ending} today.`);
    return put(key, body);
  };
  return () => {
    deps.objects.put = put;
  };
}

test('a full run is finished once, with one mail, and every object that its summary names', async () => {
  const of = await frozenRun();
  await finish(of);
  await finish(of);
  expect(of.mails).toHaveLength(1);
  const record = await of.deps.stores.runs.read('march');
  expect(record).toMatchObject({ status: 'failed', mail: 'sent', counts: { total: 3, failed: 3 } });
  const summary: { objects: Record<string, string> } = JSON.parse(
    Buffer.from(await of.deps.objects.get('march/summary.json')).toString(),
  );
  for (const key of Object.values(summary.objects)) expect(of.deps.objects.keys()).toContain(key);
  expect(of.deps.counted.get('MailNotSent')).toBeUndefined();
});

test('a part that can not be read fails the finish, not the process; the next delivery need not wait for its lease', async () => {
  const of = await frozenRun();
  const get = of.deps.objects.get.bind(of.deps.objects);
  of.deps.objects.get = async (key, range) => {
    if (key.endsWith('.csv.gz')) throw new Error('S3 is gone.');
    return get(key, range);
  };
  await expect(finish(of)).rejects.toThrow('S3 is gone.');
  expect(of.deps.objects.keys()).not.toContain('march/report.csv');
  of.deps.objects.get = get;
  of.deps.clock.time += 2_000;
  await finish(of);
  expect(await of.deps.stores.runs.read('march')).toMatchObject({ status: 'failed' });
});

test('while another finishes, the message comes back later', async () => {
  const of = await frozenRun();
  const { stores, clock } = of.deps;
  await stores.runs.leaseFinish('march', 'other', clock.now(), clock.now() + 60_000);
  await expect(finish(of)).rejects.toThrow(RetryLater);
  expect(of.mails).toEqual([]);
});

test.each(['email.eml', 'report.html'])(
  'a mail that could not even be built for want of %s is sent the next time',
  async (ending) => {
    const of = await frozenRun();
    const heal = failPuts(of, ending);
    await expect(finish(of)).rejects.toThrow(`No ${ending} today.`);
    expect(of.mails).toEqual([]);
    heal();
    of.deps.clock.time += 2_000;
    await finish(of);
    expect(of.mails).toHaveLength(1);
    expect(await of.deps.stores.runs.read('march')).toMatchObject({ mail: 'sent' });
  },
);

test('a mail whose answer was lost is not sent again', async () => {
  const of = await frozenRun();
  const heal = failPuts(of, 'summary.json');
  await expect(finish(of)).rejects.toThrow('No summary.json today.');
  heal();
  of.deps.clock.time += 2_000;
  await finish(of);
  expect(of.mails).toHaveLength(1);
});

test.each(['refused', 'ambiguous'] as const)('a mail that ends as %s is counted, once', async (outcome) => {
  const of = await frozenRun();
  let sends = 0;
  of.deps.mailer.send = async () => {
    sends++;
    return { outcome, detail: 'no' };
  };
  const heal = failPuts(of, 'summary.json');
  await expect(finish(of)).rejects.toThrow('No summary.json today.');
  heal();
  of.deps.clock.time += 2_000;
  await finish(of);
  expect(sends).toBe(1);
  expect(await of.deps.stores.runs.read('march')).toMatchObject({ mail: outcome });
  expect(of.deps.counted.get('MailNotSent')).toBe(1);
});

test('a mail whose sender died is counted too: nobody knows whether it went', async () => {
  const of = await frozenRun();
  await of.deps.stores.runs.claimMail('march');
  await finish(of);
  expect(of.mails).toEqual([]);
  expect(await of.deps.stores.runs.read('march')).toMatchObject({ mail: 'ambiguous' });
  expect(of.deps.counted.get('MailNotSent')).toBe(1);
});

test.each([
  ['FAILED', null, 'failed', 'RunsFailed'],
  ['EXPIRED', 'expired', 'expired', 'RunsFailed'],
  ['CANCELLED', 'cancelled', 'cancelled', 'RunsCancelled'],
] as const)(
  'a run of children that are %s, closed as %s, is %s and counted as %s',
  async (child, closed, status, metric) => {
    const of = await frozenRun(child);
    if (closed) await of.deps.stores.runs.close('march', closed);
    await finish(of);
    expect(await of.deps.stores.runs.read('march')).toMatchObject({ status });
    const summary: unknown = JSON.parse(Buffer.from(await of.deps.objects.get('march/summary.json')).toString());
    expect(summary).toMatchObject({ status, closed });
    const counted = [...of.deps.counted].filter(([name]) => /^Runs(Succeeded|Failed|Cancelled)$/.test(name));
    expect(counted).toEqual([[metric, 1]]);
  },
);

const CHANNELS = [
  { type: 'slack', secret: 'team/slack', on: 'failure' },
  { type: 'webhook', url: 'https://hooks.example.org/runs' },
  { type: 'webhook', name: 'good', url: 'https://hooks.example.org/good', on: 'success' },
] as const;

/** A failed run that channels are told of. */
async function toldRun(report: Parameters<typeof endedRun>[1] = {}): Promise<Aggregated> {
  const of = await endedRun('FAILED', { channels: [...CHANNELS], ...report });
  await freezeSegment(of.deps, 'march', { slice: 0, segment: 0 });
  return of;
}

const summaryOf = async ({ deps }: Aggregated): Promise<{ mail: string; told: Record<string, { outcome: string }> }> =>
  JSON.parse(Buffer.from(await deps.objects.get('march/summary.json')).toString());

test('each channel that is for it is told of a run, once, whatever a finisher meets behind that', async () => {
  const of = await toldRun();
  const heal = failPuts(of, 'summary.json');
  await expect(finish(of)).rejects.toThrow('No summary.json today.');
  heal();
  of.deps.clock.time += 2_000;
  await finish(of);
  expect(of.told.map(({ channel }) => channel.name)).toEqual(['slack', 'webhook']);
  expect(of.told[0]?.notice).toMatchObject({
    key: 'squares.march.ended',
    json: { status: 'failed', counts: { failed: 3 }, reasons: [{ reason: 'dead-letter', count: 3 }] },
  });
  expect((await summaryOf(of)).told).toMatchObject({ slack: { outcome: 'told' }, webhook: { outcome: 'told' } });
});

test("a channel that can't be told fails no run; it is recorded and counted", async () => {
  const of = await toldRun();
  of.deps.notifier.tell = async () => ({ outcome: 'failed', detail: 'HTTP 404' });
  await finish(of);
  expect(await of.deps.stores.runs.read('march')).toMatchObject({ status: 'failed', mail: 'sent' });
  expect((await summaryOf(of)).told.slack).toMatchObject({ outcome: 'failed', detail: 'HTTP 404' });
  expect(of.deps.counted.get('MailNotSent')).toBe(2);
});

test('where enough were told of within the hour, nobody is; what the first finisher decided holds', async () => {
  const of = await toldRun({ mailsPerHour: 1 });
  expect(await of.deps.stores.notices.admit('bad', of.deps.clock.now(), 1)).toBe(true);
  const heal = failPuts(of, 'summary.json');
  await expect(finish(of)).rejects.toThrow('No summary.json today.');
  heal();
  of.deps.clock.time += 3_600_000;
  await finish(of);
  expect([of.mails, of.told]).toEqual([[], []]);
  expect(await summaryOf(of)).toMatchObject({ mail: 'off', told: { mail: { outcome: 'held' } } });
});

test('a finisher that follows one that told some tells the rest, though the hour is full by now', async () => {
  const of = await toldRun({ email: [], mailsPerHour: 1 });
  const record = of.deps.stores.notices.record.bind(of.deps.stores.notices);
  of.deps.stores.notices.record = async (run, whom, ...rest) => {
    if (whom === 'webhook') throw new Error('No table today.');
    return record(run, whom, ...rest);
  };
  await expect(finish(of)).rejects.toThrow('No table today.');
  of.deps.stores.notices.record = record;
  of.deps.clock.time += 2_000;
  await finish(of);
  expect((await summaryOf(of)).told).toMatchObject({ slack: { outcome: 'told' }, webhook: { outcome: 'told' } });
});

test('whose mail came back is recorded beside the run, which stays as it ended', async () => {
  const of = await frozenRun();
  await finish(of);
  const before = await of.deps.stores.runs.read('march');
  const message = { run: 'march', type: 'bounced', kind: 'Permanent' } as const;
  const recipients = [{ emailAddress: 'data@example.com', status: '5.1.1' }];
  for (const run of ['march', 'march', 'purged'])
    await recordBounces(of.deps, { v: 1, pipeline: 'squares', ...message, run, recipients });
  expect(await of.deps.stores.notices.read('march')).toMatchObject({
    'data@example.com': { outcome: 'bounced', detail: 'Permanent, 5.1.1' },
  });
  expect(await of.deps.stores.notices.read('purged')).toEqual({});
  expect(await of.deps.stores.runs.read('march')).toEqual(before);
  expect(JSON.stringify(of.deps.lines)).not.toContain('data@example.com');
});
