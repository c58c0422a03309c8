import { describe, expect, test } from 'vitest';
import { describeFailure, explore } from '../explore.ts';
import { SESSION_BUGS, type SessionBug, type SessionScene, sessionModel } from './session.ts';
import { SCENES } from './session-scenes.ts';

describe('a session: no number is tried beside or behind a later one, and none is forgotten', () => {
  test.each(Object.keys(SCENES) as (keyof typeof SCENES)[])('%s', (name) => {
    expect(describeFailure(explore(sessionModel(SCENES[name])).failure)).toBe('nothing wrong');
  });
});

describe('planted mistakes are found', () => {
  const found: Record<SessionBug, SessionScene> = {
    'a gap is skipped blindly': SCENES['a gap times out while it fills'],
    'skipped if the first is missing': SCENES['a gap times out while it fills'],
    'late ones join': SCENES['a gap times out while it fills'],
    'an outcome counts whoever brings it': SCENES['one dawdles, a crash'],
    'sent as it comes': SCENES['three in any order'],
    'passed on once': SCENES['two, one at a time, a crash and a duplicate'],
  };
  test.each(Object.keys(SESSION_BUGS) as SessionBug[])('%s', (bug) => {
    expect(explore(sessionModel(found[bug], bug)).failure).not.toBeNull();
  });
});
