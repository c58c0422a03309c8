import { expect, test } from 'vitest';
import { AnswerWindow, broken, mended } from '../../../../shared/domain/gate/breaker.ts';
import { NEW_ENDPOINT, shutBy } from '../../../../shared/domain/gate/endpoint-state.ts';

const NOW = 1_800_000_000_000;
const add = (window: AnswerWindow, ...answers: readonly boolean[]) => answers.map((bad) => window.add(bad)).at(-1);
const times = (count: number, isBad: boolean) => Array.from({ length: count }, () => isBad);

test('half of the last twenty answers open the breaker, and no fewer answers do', () => {
  expect(add(new AnswerWindow(), ...times(19, true))).toBe(false);
  expect(add(new AnswerWindow(), ...times(20, true))).toBe(true);
  expect(add(new AnswerWindow(), ...times(11, false), ...times(9, true))).toBe(false);
  expect(add(new AnswerWindow(), ...times(50, false), ...times(10, true))).toBe(true);
  // Not with an answer that is good.
  expect(add(new AnswerWindow(), ...times(19, true), false)).toBe(false);
});

test('what came before it opened says nothing afterwards', () => {
  const window = new AnswerWindow();
  add(window, ...times(20, true));
  window.clear();
  expect(add(window, ...times(19, true))).toBe(false);
});

test('an endpoint is shut for five seconds, then twice as long each time, for five minutes at most', () => {
  const shut = [0, 1, 2, 5, 6, 30].map((level) => broken({ ...NEW_ENDPOINT, level }, NOW, 'dns').shutUntil - NOW);
  expect(shut).toEqual([5_000, 10_000, 20_000, 160_000, 300_000, 300_000]);
  const state = broken({ ...NEW_ENDPOINT, shutUntil: NOW + 60_000 }, NOW, 'dns');
  expect(state).toMatchObject({ shutUntil: NOW + 60_000, level: 1, cap: { size: 1, since: NOW + 60_000, cutAt: NOW } });
  expect(mended(state, NOW + 61_000)).toMatchObject({ level: 0, cap: { size: 1, since: NOW + 61_000 } });
});

test('whatever a service asks for, its endpoint is shut for five minutes at most', () => {
  expect([shutBy(5_000, NOW), shutBy(7_200_000, NOW)]).toEqual([NOW + 5_000, NOW + 300_000]);
});
