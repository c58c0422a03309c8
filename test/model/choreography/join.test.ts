import { describe, expect, test } from 'vitest';
import { describeFailure, explore } from '../explore.ts';
import { JOIN_BUGS, type JoinBug, type JoinScene, joinModel } from './join.ts';
import { SCENES } from './join-scenes.ts';

describe('a join: each event is in exactly one of joined, timed out, late', () => {
  test.each(Object.keys(SCENES) as (keyof typeof SCENES)[])('%s', (name) => {
    expect(describeFailure(explore(joinModel(SCENES[name])).failure)).toBe('nothing wrong');
  });
});

describe('planted mistakes are found', () => {
  const found: Record<JoinBug, JoinScene> = {
    'added although closed': SCENES['three types, one at a time, a crash'],
    'closed as read before': SCENES['two types, two crashes'],
    'whoever is first': SCENES['three types, one at a time, a crash'],
    'closed although full': SCENES['two types, two crashes'],
    'filled once': SCENES['all come without a sweep, a crash and a duplicate'],
    'the second is the first': SCENES['two events of one type, one at a time, a crash'],
  };
  test.each(Object.keys(JOIN_BUGS) as JoinBug[])('%s', (bug) => {
    expect(explore(joinModel(found[bug], bug)).failure).not.toBeNull();
  });
});
