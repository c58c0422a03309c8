import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { parse } from 'csv-parse/sync';
import { Pool } from 'undici';
import * as z from 'zod';
import { fileLog } from '../../local/file-log.ts';
import { startHost } from '../../local/host.ts';
import { B, N, NS } from '../../shared/adapters/dynamodb/attributes.ts';
import { lacks } from '../../shared/adapters/dynamodb/conditions.ts';
import { DynamoTable } from '../../shared/adapters/dynamodb/dynamo-table.ts';
import { tableDefinition } from '../../shared/adapters/dynamodb/table.ts';
import { definePipeline } from '../../shared/author/definition.ts';
import { list } from '../../shared/author/sources/list.ts';
import { startRun } from '../../shared/control/start.ts';
import { FIRST_PLACE, nextBlock } from '../../shared/domain/layout.ts';
import { stillWaiting } from '../../shared/domain/sending.ts';
import { LOCAL_REGION } from '../../shared/host/arn.ts';
import { connectOperator } from '../../shared/lambda/operator.ts';
import type { Deps } from '../../shared/ports/deps.ts';
import { listening } from '../listening.ts';
import { SdkCounter } from '../sdk-counter.ts';
import type { Figures } from './figures.ts';

const TABLE = 'bench';
/** Callbacks on their way at once, and pairs of writes. */
const LANES = 32;
const BLOCK_CHILDREN = 256;
/** About what a page with one outcome of this size takes, compressed. */
const PAGE_BYTES = 60;
const MINUTES_MS = 60_000;

/**
 * Children that all wait at once in the embedded host, then as many callbacks over HTTP as it takes; bare pairs of writes through the same SDK, of
 * which a callback makes one, in the same process and table before and behind.
 */
async function measure(children: number): Promise<Figures> {
  const stateDir = await mkdtemp(join(tmpdir(), 'microprocess-bench-callbacks-'));
  const telemetry = fileLog(join(stateDir, 'logs', 'functions.log'));
  const counter = new SdkCounter();
  const service = await slowService();
  try {
    const host = await startHost({
      first: { pipeline: benchPipeline(children), reduceDigest: 'bench', endpointUrl: service.url },
      telemetry: () => telemetry,
      stateDir,
      tableDefinition: { ...tableDefinition, TableName: TABLE },
    });
    try {
      const deps = connectOperator(benchPipeline(children), host.first.resources, LOCAL_REGION, telemetry);
      counter.take();
      const { runId } = await startRun(deps, {}, 'cli');
      await until('all children wait', async () => (await waitingOf(deps, runId, children)) === children);
      const calling = counter.take();
      const before = await writePairs(children, 'before');
      counter.take();
      const seconds = await callBack(service.callbacks);
      const called = counter.take();
      await until('the run ends', async () => (await deps.stores.runs.read(runId))?.status === 'succeeded');
      const ending = counter.take();
      const behind = await writePairs(children, 'behind');
      const csv = Buffer.from(await deps.objects.get(`${runId}/report.csv`));
      return {
        children,
        exactRows: exactRows(csv, children),
        rate: children / seconds,
        pairs: [before, behind],
        writeUnitsPerChild: (calling.writeUnits + called.writeUnits + ending.writeUnits) / children,
        callsPerCallback: Object.values(called.calls).reduce((sum, count) => sum + count, 0) / children,
      };
    } finally {
      await host.stop();
    }
  } finally {
    await service.stop();
    await telemetry.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}

function benchPipeline(children: number) {
  return definePipeline({
    name: 'bench',
    source: list(() => Array.from({ length: children }, (_, i) => ({ i }))),
    endpoint: { service: 'bench', path: '/render' },
    callback: { withinHours: 6 },
    report: {},
  });
}

/** Answers each call with 202, and keeps the URL that ends it, with what it will say. */
async function slowService() {
  const callbacks = new Map<number, string>();
  const item = z.object({ i: z.number() });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const { i } = item.parse(JSON.parse(Buffer.concat(chunks).toString()));
    callbacks.set(i, String(request.headers['microprocess-callback']));
    response.writeHead(202).end();
  });
  return { callbacks, ...(await listening(server)) };
}

/** By the registers, which alone say who waits. */
async function waitingOf({ stores }: Deps, run: string, children: number): Promise<number> {
  let waiting = 0;
  for (let [block, place] = [0, FIRST_PLACE]; block * BLOCK_CHILDREN < children; block++, place = nextBlock(place)) {
    const state = await stores.blocks.read(run, { slice: 0, segment: place.segment, block: place.block });
    for (const slot of state.registers.keys()) waiting += stillWaiting(state, slot).length;
  }
  return waiting;
}

/** Says of every child how it went. @returns the seconds from the first to the last answer */
async function callBack(callbacks: ReadonlyMap<number, string>): Promise<number> {
  const [first = ''] = callbacks.values();
  const pool = new Pool(new URL(first).origin, { connections: LANES });
  const headers = { 'content-type': 'application/json' };
  const started = performance.now();
  await inLanes([...callbacks], async ([i, url]) => {
    const body = JSON.stringify({ status: 200, result: { frames: i * 2 } });
    const answer = await pool.request({ method: 'POST', path: new URL(url).pathname, headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 200 || text !== '{"recorded":true}')
      throw new Error(`A callback was answered ${answer.statusCode} ${text}.`);
  });
  const seconds = (performance.now() - started) / 1_000;
  await pool.destroy();
  return seconds;
}

/** A page put once, and a child added to a set that lacks it: pairs a second. */
async function writePairs(count: number, name: string): Promise<number> {
  const client = new DynamoDBClient({});
  const table = new DynamoTable(client, TABLE);
  const page = { p: B(Buffer.alloc(PAGE_BYTES, 'x')), ttl: N(2_000_000_000) };
  const started = performance.now();
  await inLanes(
    Array.from({ length: count }, (_, i) => i),
    async (i) => {
      const n = i % BLOCK_CHILDREN;
      const pk = `FLOOR#${name}#${Math.floor(i / BLOCK_CHILDREN)}`;
      await table.putIfAbsent({ pk, sk: `OUT#${n}` }, page);
      await table.update({ pk, sk: 'BLOCK' }, { add: { done: NS([n]) }, condition: lacks('done', n) });
    },
  );
  const seconds = (performance.now() - started) / 1_000;
  client.destroy();
  return count / seconds;
}

async function inLanes<T>(values: readonly T[], work: (value: T) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let value = values[next++]; value !== undefined; value = values[next++]) await work(value);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** Children with a row that holds their item and what their service said of it. */
function exactRows(csv: Buffer, children: number): number {
  const row = z.object({ status: z.string(), item: z.string(), result: z.string() });
  const lines: unknown = parse(csv, { columns: true });
  const rows = new Set(
    z
      .array(row)
      .parse(lines)
      .map(({ status, item, result }) => `${status} ${item} ${result}`),
  );
  const expected = Array.from({ length: children }, (_, i) => `SUCCEEDED {"i":${i}} {"frames":${i * 2}}`);
  return expected.filter((each) => rows.has(each)).length;
}

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10 * MINUTES_MS;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`In ten minutes it was never so that ${what}.`);
    await delay(500);
  }
}

process.stdout.write(`${JSON.stringify(await measure(Number(process.argv[2])))}\n`);
