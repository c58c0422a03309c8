import { describe, expect, test } from 'vitest';
import { describeFailure, explore, type Failure } from '../explore.ts';
import { CALL_BUGS, type CallBug } from './bugs.ts';
import type { Variant } from './item.ts';
import { type CallScene, callModel } from './model.ts';
import { SCENES } from './scenes.ts';

type SceneName = keyof typeof SCENES;

/** What each scene must show besides holding. */
const EXPECTED: Record<SceneName, { readonly states: number; readonly reached: readonly string[] }> = {
  'created and due, a crash, asked again': {
    states: 800,
    reached: ['crash: create before send', 'crash: forward before tell'],
  },
  'created far off, a crash, asked again': {
    states: 700,
    reached: ['create: put when it is due by now', 'crash: round before send'],
  },
  'two clients of one body, one of another': { states: 900, reached: ['create: answer'] },
  'a duplicate and a crash': { states: 400, reached: ['forward: put back', 'a mark runs out', 'forward: claim alone'] },
  'a failure and a crash': { states: 900, reached: ['crash: forward before send', 'round: raise turn'] },
  'a failure, its retry far off, and a crash': { states: 500, reached: ['a round finds it'] },
  'failures until it fails, a duplicate': { states: 250, reached: ['forward: failure'] },
  'pressure and a failure': { states: 250, reached: ['forward: pressure', 'forward: failure'] },
  'cancelled, a crash, asked again': {
    states: 800,
    reached: ['crash: cancel before tell', 'round: tell', 'cancel: confirm'],
  },
  'cancelled, a failure': { states: 700, reached: ['cancel: confirm', 'forward: send again'] },
  'cancelled years ahead, two crashes': {
    states: 50,
    reached: ['crash: cancel before tell', 'crash: round before unlist'],
  },
  'cancelled, a forwarder that dawdles': { states: 1_900, reached: ['forward: hand back', 'cancel: confirm'] },
  'far off, two rounds, a crash': { states: 350, reached: ['round: send', 'crash: round before send'] },
  'raised in haste, a crash': { states: 850, reached: ['a round finds it in haste'] },
  'two rounds in haste': { states: 600, reached: ['a round finds it in haste'] },
  'a forwarder that dawdles, a crash': { states: 1_600, reached: ['a forwarder dawdles', 'forward: claim alone'] },
  'raised in haste while one dawdles': { states: 2_000, reached: ['a forwarder dawdles', 'a round finds it in haste'] },
  'a dead letter and a duplicate': { states: 150, reached: ['dead letter: tell'] },
  'a dead letter and a failure': { states: 1_700, reached: ['dead letter: give up', 'forward: send again'] },
  'moved far off, a duplicate': { states: 1_100, reached: ['move: confirm', 'round: send'] },
  'moved near, a crash': { states: 3_300, reached: ['crash: move before send', 'move: confirm'] },
  'moved while one dawdles with a failure': { states: 9_000, reached: ['move: confirm', 'forward: failure'] },
  'a last moment, a crash': { states: 900, reached: ['its last moment comes', 'round: tell'] },
  'a killer': { states: 90, reached: ['forward: claim alone'] },
  'a killer and its neighbour': { states: 1_900, reached: ['forward: claim alone', 'forward: tell'] },
  'two neighbours, two crashes': { states: 10_000, reached: ['forward: claim alone', 'crash: forward before alone'] },
  'two neighbours and a duplicate': { states: 1_000, reached: ['forward: send the rest', 'forward: put back'] },
};

type Planted = readonly [SceneName, Failure['kind'], RegExp];
const BESIDE = /an outcome was stored beside a try/;
const EARLY = /a try began before its due time/;

/** Where each planted bug is found, and as what. */
const PLANTED: Record<CallBug, Planted> = {
  'a minute done': ['created far off, a crash, asked again', 'liveness', /./],
  'rounds know no sent call': ['a failure, its retry far off, and a crash', 'liveness', /./],
  'a status read, then tried': ['cancelled, a failure', 'safety', BESIDE],
  'a success counts whoever brings it': ['a forwarder that dawdles, a crash', 'safety', BESIDE],
  'deleted at a live mark': ['a duplicate and a crash', 'liveness', /./],
  'an old mark under a new turn': ['moved while one dawdles with a failure', 'safety', EARLY],
  'cancel leaves the index': ['cancelled years ahead, two crashes', 'liveness', /./],
  'every mark is a crash': ['a killer and its neighbour', 'safety', /0 is no poison/],
  'cancel reads, then writes': ['cancelled, a failure', 'safety', BESIDE],
  'cancel under a live mark': ['cancelled, a failure', 'safety', BESIDE],
  'cancel keeps its look time': ['cancelled years ahead, two crashes', 'liveness', /./],
  'dead letter under a live mark': ['a dead letter and a duplicate', 'safety', BESIDE],
  'dead letter of an old turn': ['a dead letter and a failure', 'safety', /though a later message has it/],
  'tried past its end': ['cancelled, a forwarder that dawdles', 'safety', BESIDE],
  'mark of the living counts': ['a dead letter and a duplicate', 'safety', BESIDE],
  'claimed before its time': ['moved far off, a duplicate', 'safety', EARLY],
  'moved without a new turn': ['moved while one dawdles with a failure', 'safety', EARLY],
  'taken out when claimed': ['a failure, its retry far off, and a crash', 'liveness', /./],
  'taken out when raised': ['far off, two rounds, a crash', 'liveness', /./],
  'deleted before told': ['a duplicate and a crash', 'liveness', /./],
  'deleted by a dawdler': ['a forwarder that dawdles, a crash', 'liveness', /./],
  'unlisted before told': ['cancelled years ahead, two crashes', 'liveness', /./],
  'rest forgotten': ['a duplicate and a crash', 'liveness', /./],
  'suspects together': ['a killer and its neighbour', 'safety', /0 is no poison/],
  'pressure spends a try': ['pressure and a failure', 'safety', /failed after 1 of its 2 failures/],
  'tried after its last moment': ['a last moment, a crash', 'safety', /claimed behind its last moment/],
  'overwritten by time': ['a last moment, a crash', 'safety', BESIDE],
};

/** Other rules that were tried, and a scene each that they might not have stood. */
const HOLDS_TOO: Record<Variant, SceneName> = {
  'listed until told': 'a duplicate and a crash',
  'whole message back': 'two neighbours and a duplicate',
  'created again, not sent again': 'created and due, a crash, asked again',
  'any turn is good': 'moved far off, a duplicate',
  'raised whatever its turn': 'two rounds in haste',
};

const names = <T extends string>(of: Record<T, unknown>) => Object.keys(of).filter((name): name is T => name in of);
const sceneOf = (name: SceneName): CallScene => SCENES[name];

describe('calls that stand alone', () => {
  test.each(names(SCENES))('%s', (name) => {
    const { failure, states, reached } = explore(callModel(SCENES[name]));
    expect(describeFailure(failure)).toBe('nothing wrong');
    expect(states).toBeGreaterThanOrEqual(EXPECTED[name].states);
    expect([...reached.keys()]).toEqual(expect.arrayContaining([...EXPECTED[name].reached]));
  });
});

describe('mistakes planted in calls are found', () => {
  test.each(names(CALL_BUGS))('%s', (bug) => {
    const [scene, kind, what] = PLANTED[bug];
    const { failure } = explore(callModel(SCENES[scene], { bug }));
    expect(failure?.kind).toBe(kind);
    expect(failure?.what).toMatch(what);
  });
});

describe('other rules of calls that hold', () => {
  test.each(names(HOLDS_TOO))('%s', (variant) => {
    const { failure } = explore(callModel(SCENES[HOLDS_TOO[variant]], { variant }));
    expect(describeFailure(failure)).toBe('nothing wrong');
  });
  test.each(['deleted before told', 'deleted at a live mark'] as const)(
    'a call listed until told stands: %s',
    (bug) => {
      const scene = sceneOf('a duplicate and a crash');
      const { failure } = explore(callModel(scene, { variant: 'listed until told', bug }));
      expect(describeFailure(failure)).toBe('nothing wrong');
    },
  );
  test('a queue that forgets a message: nothing is lost of calls that are listed until told, and without it something is', () => {
    const scene = { ...sceneOf('a duplicate and a crash'), left: { loss: 1, crash: 1 } };
    const verdict = (variant: Variant | null) =>
      explore(callModel(scene, { variant })).failure?.kind ?? 'nothing wrong';
    expect([verdict('listed until told'), verdict(null)]).toEqual(['nothing wrong', 'liveness']);
  });
});
