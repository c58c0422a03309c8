import { describe, expect, test } from 'vitest';
import { run, type Scene, verdict } from './setup.ts';

/** What a scene must show besides holding: that it was no small world, and that the interesting things happened in it. */
export interface Expected {
  readonly states: number;
  readonly reached?: readonly string[];
}

const TIMEOUT_MS = 120_000;

/** One test per scene: nothing is wrong in it, and it isn't vacuous. */
export function holds(title: string, scenes: Record<string, Scene>, expected: Record<string, Expected>): void {
  describe(title, () => {
    test('every scene says what it must show', () => {
      expect(Object.keys(expected).sort()).toEqual(Object.keys(scenes).sort());
    });
    test.each(Object.entries(scenes))('%s', { timeout: TIMEOUT_MS }, (name, scene) => {
      const exploration = run(scene);
      expect(verdict(exploration)).toBe('nothing wrong');
      expect(exploration.states).toBeGreaterThanOrEqual(expected[name]?.states ?? Number.POSITIVE_INFINITY);
      for (const label of expected[name]?.reached ?? []) expect([...exploration.reached.keys()]).toContain(label);
    });
  });
}
