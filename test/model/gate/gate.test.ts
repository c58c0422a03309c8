import { describe, expect, test } from 'vitest';
import { describeFailure, explore } from '../explore.ts';
import { GATE_BUGS, type GateBug } from './bugs.ts';
import { gateModel } from './model.ts';
import { SCENES } from './scenes.ts';

type SceneName = keyof typeof SCENES;

/** What each scene must show besides holding: that it was no small world, and that the interesting things happened in it. */
const EXPECTED: Record<SceneName, { readonly states: number; readonly reached: readonly string[] }> = {
  'told to wait': { states: 4_000, reached: ['read the endpoint', 'take a reading', 'hear of a write'] },
  'told to wait for longer than a reading holds': { states: 2_000, reached: ['read the endpoint'] },
  'told to wait for shorter and longer': { states: 400, reached: ['hear that it changed'] },
  'told to wait, and a table that refuses': {
    states: 300,
    reached: ['fault: endpoint not written', 'fault: endpoint not read'],
  },
  'opened by hand': { states: 3_000, reached: ['open by hand', 'hear of a write'] },
  'failures open the breaker': { states: 2_000, reached: ['call fails', 'hear of a write'] },
  'a probe that fails': { states: 2_000, reached: ['call fails', 'hear of a write'] },
  'a probe that succeeds, and pressure': { states: 1_000, reached: ['call succeeds', 'hear that it changed'] },
  'two that buy': { states: 2_000, reached: ['hear that nothing was bought', 'hear of no change'] },
  'two that buy two at once': { states: 2_000, reached: ['hear of a purchase'] },
  'a burst': { states: 1_500, reached: ['hear of a purchase'] },
  'a rate and pressure': { states: 5_000, reached: ['hear of a purchase', 'call is answered Retry-After: 1'] },
  'another rate by hand': { states: 2_000, reached: ['hear of a change', 'hear of no change', 'take a reading'] },
};

/** Where each planted bug is found, and as what. */
const PLANTED: Record<GateBug, readonly [SceneName, RegExp]> = {
  'a stale reading believed': ['told to wait for longer than a reading holds', /though the endpoint was shut/],
  'an older reading taken': ['told to wait', /though its forwarder was told/],
  'told only by what is read': ['told to wait', /though its forwarder was told/],
  'next moved back': ['two that buy two at once', /next moved on by/],
  'instants of what it knew': ['two that buy', /wasn't bought/],
  'rate changed over a purchase': ['another rate by hand', /before what was bought/],
  'lost instants used': ['two that buy two at once', /began in one second/],
  'change of an older reading': ['a probe that succeeds, and pressure', /shut for \d+ ms, now for 0/],
  'a shorter shut': ['told to wait for shorter and longer', /shut for 2000 ms, now for 1000/],
};

const TIMEOUT_MS = 120_000;
const names = <T extends string>(of: Record<T, unknown>) => Object.keys(of).filter((name): name is T => name in of);

describe('the gate', () => {
  test.each(names(SCENES))('%s', { timeout: TIMEOUT_MS }, (name) => {
    const { failure, states, reached } = explore(gateModel(SCENES[name]));
    expect(describeFailure(failure)).toBe('nothing wrong');
    expect(states).toBeGreaterThanOrEqual(EXPECTED[name].states);
    expect([...reached.keys()]).toEqual(expect.arrayContaining([...EXPECTED[name].reached]));
  });
});

describe('mistakes planted in the gate are found', () => {
  test.each(names(GATE_BUGS))('%s', { timeout: TIMEOUT_MS }, (bug) => {
    const [scene, what] = PLANTED[bug];
    const { failure } = explore(gateModel(SCENES[scene], bug));
    expect(failure?.what).toMatch(what);
  });
});
