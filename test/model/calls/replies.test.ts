import { describe, expect, test } from 'vitest';
import { describeFailure, explore } from '../explore.ts';
import { type StreamBug, streamModel } from './stream.ts';
import { WAITING_BUGS, type WaitingBug, type WaitingScene, waitingModel } from './waiting.ts';

const TWO = [
  { key: 0, body: 'a' },
  { key: 0, body: 'a' },
];

const SCENES = {
  'two of a key': { callers: TWO, left: {} },
  'two keys': {
    callers: [
      { key: 0, body: 'a' },
      { key: 1, body: 'a' },
    ],
    left: { disconnect: 1 },
  },
  'another body under a key': {
    callers: [
      { key: 0, body: 'a' },
      { key: 0, body: 'b' },
    ],
    left: { disconnect: 1 },
  },
  'connections that close': { callers: TWO, left: { disconnect: 2 } },
  'a process that dies, asked again': { callers: TWO, left: { death: 1, again: 2 } },
  'cancelled while two wait': { callers: TWO, left: { cancel: 1, disconnect: 1, death: 1, again: 1 } },
} satisfies Record<string, WaitingScene>;

const EXPECTED: Record<keyof typeof SCENES, { readonly states: number; readonly reached: readonly string[] }> = {
  'two of a key': { states: 500, reached: ['poll', 'its limit comes'] },
  'two keys': { states: 2_500, reached: ['poll', 'disconnects'] },
  'another body under a key': { states: 700, reached: ['disconnects'] },
  'connections that close': { states: 1_600, reached: ['disconnects', 'poll'] },
  'a process that dies, asked again': { states: 2_000, reached: ['dies', 'poll'] },
  'cancelled while two wait': { states: 5_500, reached: ['cancelled', 'dies', 'disconnects'] },
};

const PLANTED: Record<WaitingBug, readonly [keyof typeof SCENES, RegExp]> = {
  'key apart from its call': ['a process that dies, asked again', /202, though no call is stored/],
  'an in-process emitter': ['two of a key', /202, though the outcome was stored/],
  'disconnect heard late': ['connections that close', /a listener outlives its caller/],
  'stale last read': ['two of a key', /202, though the outcome was stored/],
  'one outcome for all': ['two keys', /answered succeeded \d, stored/],
  'any body': ['another body under a key', /of another body/],
};

const names = <T extends string>(of: Record<T, unknown>) => Object.keys(of).filter((name): name is T => name in of);

describe('clients that wait for an outcome', () => {
  test.each(names(SCENES))('%s', (name) => {
    const { failure, states, reached } = explore(waitingModel(SCENES[name]));
    expect(describeFailure(failure)).toBe('nothing wrong');
    expect(states).toBeGreaterThanOrEqual(EXPECTED[name].states);
    expect([...reached.keys()]).toEqual(expect.arrayContaining([...EXPECTED[name].reached]));
  });
  test.each(names(WAITING_BUGS))('planted: %s', (bug) => {
    const [scene, what] = PLANTED[bug];
    expect(explore(waitingModel(SCENES[scene], bug)).failure?.what).toMatch(what);
  });
});

describe('a stream of events', () => {
  test('only goes forward, and ends once', () => {
    const { failure, states } = explore(streamModel());
    expect(describeFailure(failure)).toBe('nothing wrong');
    expect(states).toBeGreaterThanOrEqual(100);
  });
  test.each<StreamBug>(['ids counted by the connection', 'sent if different'])('planted: %s', (bug) => {
    expect(explore(streamModel(bug)).failure).not.toBeNull();
  });
});
