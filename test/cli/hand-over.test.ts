import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { handOver } from '../../cli/hand-over.ts';
import { stateDir } from '../../cli/home.ts';
import { withKeptInput } from '../../cli/targets/kept-input-eraser.ts';
import { common } from '../../cli/targets/local.ts';
import { sourceFiles } from '../../shared/adapters/sources/source-files.ts';
import { jsonl } from '../../shared/author/sources/jsonl.ts';
import { MemoryObjects } from '../../testing/objects.ts';
import pipeline from '../fixtures/project/pipelines/scores/index.ts';
import { Captured, temporaryHome } from './support.ts';

let place: Awaited<ReturnType<typeof temporaryHome>>;
beforeAll(async () => {
  place = await temporaryHome();
});
afterAll(() => place.close());

const { signal } = new AbortController();
const stderr = new Captured();
const given = (input: string) =>
  handOver(common(pipeline, ''), { items: '-' }, { stdin: Readable.from([Buffer.from(input)]), stderr, signal });

test('standard input is kept by its content, for a run that goes on after a break', async () => {
  const { items = '' } = await given('{"staff":1}\n');
  const path = fileURLToPath(items);
  expect(await readFile(path, 'utf8')).toBe('{"staff":1}\n');
  const { mtimeNs } = await stat(path, { bigint: true });
  // The same start again: a file that was written anew would be another one.
  expect(await given('{"staff":1}\n')).toEqual({ items });
  expect((await stat(path, { bigint: true })).mtimeNs).toBe(mtimeNs);
  expect(await given('{"staff":2}\n')).not.toEqual({ items });
  expect(await readdir(join(stateDir(), 'given'))).toHaveLength(2);
});

test('a wrong line of it is said to be one of standard input', async () => {
  const { items = '' } = await given('{"staff":1}\nno\n');
  const source = jsonl().over?.(sourceFiles({ folder: '', anyFile: true, objects: () => new MemoryObjects() }));
  const read = async () => {
    for (const range of (await source?.plan?.({ params: {}, limit: undefined, file: items })) ?? [])
      for await (const _ of source?.read({ params: {}, limit: undefined, range, cursor: null }) ?? []);
  };
  await expect(read()).rejects.toThrow('Line 2 of standard input is not JSON.');
});

test('input that breaks off leaves nothing', async () => {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.from('{"staff":');
      throw new Error('gone');
    })(),
  );
  const kept = await readdir(join(stateDir(), 'given'));
  const giving = handOver(common(pipeline, ''), { items: '-' }, { stdin: broken, stderr, signal });
  await expect(giving).rejects.toThrow('gone');
  expect(await readdir(join(stateDir(), 'given'))).toEqual(kept);
});

test('items that are one JSON array are hinted at, and refused where no line of it is an item', async () => {
  const { items = '' } = await given('[{"staff":1},{"staff":2}]\n');
  expect(stderr.text).toMatch(/^warning: standard input is a JSON array on one line, which is one item\. .*jq -c/);
  expect(await readFile(fileURLToPath(items), 'utf8')).toMatch(/^\[/);
  const spread = given('[\n  {"staff":1},\n  {"staff":2}\n]\n');
  await expect(spread).rejects.toThrow('--items: standard input is a JSON array over several lines.');
  const before = stderr.text;
  await given('[1,2]\n[3,4]\n');
  expect(stderr.text).toBe(before);
});

test.each([
  ['that are not there', { items: 'gone.jsonl' }, '--items: there is no file "gone.jsonl"'],
  ['beside a file', { items: '-', file: 'x' }, '--file and --items: '],
])('items %s are wrong usage', async (_, named, message) => {
  const giving = handOver(common(pipeline, ''), named, { stdin: Readable.from([]), stderr, signal });
  await expect(giving).rejects.toThrow(message);
});

test('what was kept of an item is found by each text that it holds, however it is written, and deleted', async () => {
  const { items = '' } = await given('{"name":"Bo"}\n{"name":"Zo\\u00eb Lee"}\n');
  const { items: own = '' } = await given('{"name":"Zo\u00eb Leeds"}\nno JSON by K-4711\n');
  const deleted: string[] = [];
  const eraser = withKeptInput({
    eraseRecords: async () => 0,
    eraseObjects: async () => 0,
    eraseTaskResults: async () => {},
    eraseRefusals: async () => {},
    handedOver: async () => ['given/an-object'],
    eraseHandedOver: async (places) => void deleted.push(...places),
    close() {},
  });
  expect(await eraser.handedOver(['Zo\u00eb Lee'])).toEqual(['given/an-object', items]);
  expect(await eraser.handedOver(['K-4711'])).toEqual(['given/an-object', own]);
  await eraser.eraseHandedOver(['given/an-object', items]);
  expect(deleted).toEqual(['given/an-object']);
  expect(await eraser.handedOver(['Lee'])).toEqual(['given/an-object']);
  await expect(stat(fileURLToPath(own))).resolves.toBeDefined();
});
