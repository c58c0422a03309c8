import { describe, expect, test } from 'vitest';
import { clearLimits, openEndpoint, readGate, setLimits } from '../../../shared/control/limits.ts';
import { broken } from '../../../shared/domain/gate/breaker.ts';
import { cut, firstCap } from '../../../shared/domain/gate/cap.ts';
import { NEW_ENDPOINT } from '../../../shared/domain/gate/endpoint-state.ts';
import { NOW, testDeps, testPipeline } from '../support.ts';

const HOUR = 3_600_000;
const deps = () => testDeps(testPipeline({ limits: { inFlight: 100, ratePerSecond: 300 } }));
const DEFINED = {
  inFlight: 100,
  ratePerSecond: 300,
  waiting: null,
  byHand: null,
  shutUntil: null,
  breaker: 0,
  failingFor: null,
  cap: null,
};

describe('limits by hand', () => {
  test('hold until their end, and what is set later is added to them', async () => {
    const of = deps();
    expect(await readGate(of)).toEqual(DEFINED);
    await setLimits(of, { ratePerSecond: 50, forMs: 2 * HOUR });
    await setLimits(of, { inFlight: 20, forMs: HOUR });
    expect(await readGate(of)).toEqual({
      ...DEFINED,
      inFlight: 20,
      ratePerSecond: 50,
      byHand: { inFlight: 20, ratePerSecond: 50, until: NOW + HOUR },
    });
    of.clock.pass(HOUR);
    expect(await readGate(of)).toEqual(DEFINED);
    // What has ended is not taken up again.
    await setLimits(of, { ratePerSecond: 7 });
    expect(await readGate(of)).toMatchObject({ inFlight: 100, ratePerSecond: 7, byHand: { until: null } });
  });

  test('are taken back, by a change that is newer than theirs', async () => {
    const of = deps();
    await clearLimits(of);
    await setLimits(of, { ratePerSecond: 50 });
    await clearLimits(of);
    expect(await readGate(of)).toEqual(DEFINED);
    expect((await of.gateStore.read()).byHand.get('squares')?.revision).toBe(2);
  });

  test('are no more than what is deployed', async () => {
    await expect(setLimits(deps(), { waiting: 5 })).rejects.toThrow('has no callback');
    await expect(setLimits(deps(), { inFlight: 101 })).rejects.toThrow('At most 100 calls in flight are deployed');
  });
});

test('what a service did about its calls is seen, and forgotten when it is opened by hand', async () => {
  const of = deps();
  const pressed = { ...NEW_ENDPOINT, cap: cut(firstCap(NOW), 100, NOW) };
  const state = await of.gateStore.change(NEW_ENDPOINT, pressed);
  expect(await readGate(of)).toEqual({ ...DEFINED, cap: 12 });
  await of.gateStore.change(state ?? NEW_ENDPOINT, broken(state ?? NEW_ENDPOINT, NOW, 'dns'));
  expect(await readGate(of)).toEqual({ ...DEFINED, cap: 1, breaker: 1, failingFor: 'dns', shutUntil: NOW + 5_000 });
  await openEndpoint(of);
  expect(await readGate(of)).toEqual(DEFINED);
});
