import { describe, expect, test } from 'vitest';
import { aggregateMessage, blockOf, splitMessage, tagOfRun, workMessage } from '../../../shared/domain/messages.ts';

const head = { v: 1, pipeline: 'scores', run: '20261103-140731-abcdef' };
const split = { ...head, type: 'slice', slice: 0 };
const work = {
  ...head,
  type: 'work',
  at: [0, 0, 0],
  slot: 64,
  turn: 0,
  size: 256,
  ttl: 1_800_000_000,
  items: [1, null],
};
const segment = { ...head, type: 'segment', slice: 999, segment: 4_095 };
const finish = { ...head, type: 'finish' };
const bounced = {
  ...head,
  type: 'bounced',
  kind: 'Permanent',
  recipients: [{ emailAddress: 'a@b.org', status: '5.1.1' }],
};

const kinds = [
  ['split', splitMessage, split],
  ['work', workMessage, work],
  ['segment', aggregateMessage, segment],
  ['finish', aggregateMessage, finish],
  ['bounced', aggregateMessage, bounced],
] as const;

describe.each(kinds)('a %s message', (_, schema, message) => {
  test('is read as it is, and survives its way as JSON', () => {
    expect(schema.parse(JSON.parse(JSON.stringify(message)))).toEqual(message);
  });

  test.each([
    ['another version', { v: 3 }],
    ['no version', { v: undefined }],
    ['a version as text', { v: '1' }],
    ['a pipeline that could leave its keys', { pipeline: 'a#b' }],
    ['no pipeline', { pipeline: undefined }],
    ['a run that could leave its prefix', { run: '../other' }],
    ['another type', { type: 'callback' }],
  ])('is refused with %s', (_what, change) => {
    expect(schema.safeParse({ ...message, ...change }).success).toBe(false);
  });

  test('is read without what nobody knows: a newer release may have added it', () => {
    expect(schema.parse({ ...message, more: { of: [1] } })).toEqual(message);
  });

  test('of a redrive is read', () => {
    expect(schema.safeParse({ ...message, run: 'march~2' }).success).toBe(true);
  });
});

describe('a work message', () => {
  test.each([
    ['a slice beyond the plan', { at: [1_000, 0, 0] }],
    ['a segment beyond its slice', { at: [0, 4_096, 0] }],
    ['a block beyond its segment', { at: [0, 0, 256] }],
    ['a block that is half a number', { at: [0, 0, 0.5] }],
    ['a place of two', { at: [0, 0] }],
    ['a slot beyond its block', { slot: 256 }],
    ['a negative turn', { turn: -1 }],
    ['an empty block', { size: 0 }],
    ['too large a block', { size: 257 }],
    ['no items', { items: [] }],
    ['65 items', { items: Array.from({ length: 65 }, () => 1) }],
    ['no time to live', { ttl: 0 }],
  ])('is refused with %s', (_, change) => {
    expect(workMessage.safeParse({ ...work, ...change }).success).toBe(false);
  });

  test('is read with more behind its place, as a newer release may send it, and is of the same block', () => {
    const message = workMessage.parse({ ...work, at: [1, 2, 3, 'lane'] });
    expect(blockOf(message).ref).toEqual({ slice: 1, segment: 2, block: 3 });
  });

  test('keeps any JSON as items', () => {
    const items = [null, 0, '', false, [], {}, { $object: 'a' }, { deep: [{ er: null }] }];
    expect(workMessage.parse({ ...work, items }).items).toEqual(items);
  });
});

test('an aggregate message of a segment beyond its slice is refused', () => {
  expect(aggregateMessage.safeParse({ ...segment, segment: 4_096 }).success).toBe(false);
});

test('a redrive is told by a tag that SES takes', () => {
  expect(tagOfRun('march~2')).toMatch(/^[\w.@-]+$/);
  const tagged = aggregateMessage.parse({ ...bounced, run: tagOfRun('march~2') });
  expect(tagged.run).toBe('march~2');
});
