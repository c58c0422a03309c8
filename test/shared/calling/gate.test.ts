import { describe, expect, test } from 'vitest';
import { gateOf } from '../../../shared/calling/gate.ts';
import type { Verdict } from '../../../shared/domain/retry.ts';
import { NOW, testDeps } from '../../shared/support.ts';

const again = { reason: 'http-429', body: null, retryAfterMs: 0 };
const busy: Verdict = { kind: 'pressure', ...again };
const failed: Verdict = { kind: 'try-spent', ...again, reason: 'http-500' };
const denied: Verdict = { kind: 'pressure', ...again, reason: 'http-403' };
const good: Verdict = { kind: 'succeeded', result: 1 };

/** A gate that has read its endpoint. */
async function opened() {
  const deps = testDeps();
  const gate = gateOf(deps);
  gate.begin();
  await gate.refresh();
  await gate.end();
  return { deps, gate, pass: (ms: number) => deps.clock.pass(ms) };
}

describe('a child that is sent away', () => {
  test('spends tries from its twentieth pass on, where the service answers others', async () => {
    const { gate, pass } = await opened();
    expect(gate.spares(busy, 100)).toMatchObject({ kind: 'pressure' });
    gate.heard(good, NOW);
    expect(gate.spares(busy, 19)).toMatchObject({ kind: 'pressure' });
    expect(gate.spares(busy, 20)).toMatchObject({ kind: 'try-spent', isPressure: true });
    pass(60_000);
    expect(gate.spares(busy, 20)).toMatchObject({ kind: 'pressure' });
  });
});

test('a right that AWS misses is pressure for a minute after the first refusal, then final; an answer begins anew', async () => {
  const { gate, pass } = await opened();
  expect(gate.heard(denied, NOW)).toMatchObject({ kind: 'pressure', retryAfterMs: 5_000 });
  expect(gate.shutUntil).toBe(NOW + 5_000);
  pass(60_000);
  expect(gate.heard(denied, NOW)).toMatchObject({ kind: 'pressure' });
  pass(1);
  expect(gate.heard(denied, NOW)).toMatchObject({ kind: 'final', reason: 'http-403' });
  gate.heard(good, NOW);
  expect(gate.heard(denied, NOW)).toMatchObject({ kind: 'pressure' });
});

test('what fails while the breaker is open spends no try; the one that opened it did, and the first answer closes it', async () => {
  const { deps, gate, pass } = await opened();
  const heard = Array.from({ length: 22 }, () => gate.heard(failed, NOW).kind);
  expect(heard).toEqual([...Array.from({ length: 20 }, () => 'try-spent'), 'pressure', 'pressure']);
  await gate.end();
  expect(await deps.gateStore.read()).toMatchObject({
    ...{ level: 1, failingFor: 'http-500' },
    ...{ shutUntil: NOW + 5_000, cap: { size: 1 } },
  });
  // A call from before says nothing.
  gate.heard(good, NOW);
  await gate.end();
  expect(await deps.gateStore.read()).toMatchObject({ level: 1 });
  pass(5_000);
  gate.heard(good, NOW + 5_000);
  await gate.end();
  expect(await deps.gateStore.read()).toMatchObject({ level: 0, failingFor: null });
});

test('of two forwarders that find the same, one changes the cap', async () => {
  const { deps, gate, pass } = await opened();
  const other = gateOf(deps);
  other.begin();
  await other.refresh();
  await other.end();
  pass(1_000);
  for (const each of [gate, other]) each.heard(busy, NOW + 500);
  await Promise.all([gate.end(), other.end()]);
  const { cap, version } = await deps.gateStore.read();
  // The first cap, and one cut of the 256 that it had come to.
  expect([cap?.size, version]).toEqual([0.8 * 256, 2]);
});
