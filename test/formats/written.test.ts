import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import type { Item } from '../../shared/adapters/dynamodb/attributes.ts';
import { unpack } from '../../shared/adapters/dynamodb/codec.ts';
import { cancelRun, pauseRun, resumeRun } from '../../shared/control/control.ts';
import { redriveRun } from '../../shared/control/redrive.ts';
import { startRun } from '../../shared/control/start.ts';
import { randomFaults } from '../../testing/fault-plans.ts';
import { MemoryTable } from '../../testing/memory-table.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import { SECOND, World } from '../chaos/world.ts';
import { previousSchema } from './previous.ts';
import { releasePipeline, releaseService } from './release.ts';

/** All that this release wrote over a few runs, by what the previous release would read it as. */
const written = new Map<string, unknown[]>();

function note(kind: string, value: unknown): void {
  written.set(kind, [...(written.get(kind) ?? []), value]);
}

function noteItem(item: Item): void {
  const json = (kind: string, name: string) => item[name]?.S !== undefined && note(kind, JSON.parse(item[name].S));
  const word = (kind: string, name: string) => item[name]?.S !== undefined && note(kind, item[name].S);
  const packed = (kind: string, name: string) => item[name]?.B !== undefined && note(kind, unpack(item[name].B));
  switch (item.sk?.S?.replace(/#.*/, '')) {
    case 'RUN':
      json('run', 'head');
      word('runStatus', 'status');
      word('closed', 'closed');
      word('mail', 'mail');
      for (const flag of item.flags?.SS ?? []) note('flag', flag);
      break;
    case 'PLAN':
      packed('plan', 'parts');
      break;
    case 'SLICE':
      json('checkpoint', 'cp');
      break;
    case 'SEG':
      json('frozen', 'frozen');
      break;
    case 'BLOCK':
      for (const name of Object.keys(item)) {
        if (/^r\d+$/.test(name)) json('register', name);
        if (/^m\d+$/.test(name)) json('mark', name);
      }
      break;
    case 'IN': {
      const page = unpack(item.p?.B ?? new Uint8Array());
      // The page that ends a slice is null.
      if (page !== null) note('inputPage', page);
      break;
    }
    case 'OUT':
      packed('outcomePage', 'p');
      break;
    case 'REFUSED':
      json('refusal', 'refusal');
      break;
  }
}

async function noteObjects(objects: MemoryObjects): Promise<void> {
  for (const key of objects.keys()) {
    const body = Buffer.from(await objects.get(key));
    if (key.endsWith('.index.json')) note('partIndex', JSON.parse(body.toString()));
    if (key.endsWith('parts.json')) note('manifest', JSON.parse(body.toString()));
    if (!key.endsWith('.rows.gz')) continue;
    for (const line of gunzipSync(body).toString().trimEnd().split('\n')) note('row', JSON.parse(line));
  }
}

beforeAll(async () => {
  const table = new MemoryTable();
  const objects = new MemoryObjects();
  const world = new World({
    pipeline: releasePipeline(),
    service: releaseService,
    table,
    objects,
    duplicates: 0.1,
    plan: (random) => randomFaults(random, { crashAfter: 0.002, throttle: 0.01, loseAnswer: 0.002 }),
  });
  for (const [name, queue] of Object.entries(world.queues)) {
    const send = queue.send.bind(queue);
    queue.send = (messages) => {
      for (const { message } of messages) note(`${name}Message`, JSON.parse(JSON.stringify(message)));
      return send(messages);
    };
  }
  await world.insist((deps) => startRun(deps, { runId: 'r' }, 'cli'));
  const begin = world.now();
  for (let second = 1; second <= 601; second += 10) {
    await world.host.run({ limit: begin + second * SECOND });
    // Marks come and go.
    for (const item of table.items()) if (item.sk?.S === 'BLOCK') noteItem(item);
    if (second === 41) await world.insist((deps) => pauseRun(deps, 'r'));
    if (second === 51) await world.insist((deps) => resumeRun(deps, 'r'));
  }
  await world.runToEnd('r');
  await world.insist((deps) => redriveRun(deps, 'r'));
  await world.runToEnd('r~2');
  await world.insist((deps) => startRun(deps, { runId: 'c' }, 'cli'));
  void world.control((deps) => cancelRun(deps, 'c'));
  await world.runToEnd('c');
  await world.queues.work.send([{ message: { v: 1, type: 'something', pipeline: 'release' } }]);
  await world.drain();
  for (const item of table.items()) noteItem(item);
  await noteObjects(objects);
}, 60_000);

/** What was sent to show a refusal is no message. */
const isMessage = (value: unknown) => !JSON.stringify(value).includes('"something"');

test.each([
  'splitMessage',
  'workMessage',
  'aggregateMessage',
  'run',
  'runStatus',
  'closed',
  'mail',
  'flag',
  'plan',
  'checkpoint',
  'inputPage',
  'outcomePage',
  'register',
  'mark',
  'frozen',
  'refusal',
  'partIndex',
  'row',
  'manifest',
])('what this release writes as %s the previous one reads', (kind) => {
  const schema = previousSchema(kind);
  const values = (written.get(kind) ?? []).filter(isMessage);
  expect(values.length).toBeGreaterThan(0);
  const refused = values.flatMap((value) => {
    const { error } = schema.safeParse(value);
    return error ? [`${error.message} in ${JSON.stringify(value).slice(0, 200)}`] : [];
  });
  expect(refused).toEqual([]);
});

test.each([
  ['workMessage', { v: 1, more: 1 }],
  ['register', [[[1, 1, 5, 0, 'more']], false]],
  ['mark', [1, 2]],
  ['runStatus', 'dreaming'],
  ['outcomePage', [2, 0, []]],
])('the previous release reads no other %s', (kind, value) => {
  const [valid] = written.get(kind) ?? [];
  const other = Array.isArray(value) || typeof value !== 'object' ? value : { ...Object(valid), ...value };
  expect(previousSchema(kind).safeParse(other).success).toBe(false);
});
