import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Call,
  callDelaySeconds,
  callStateOf,
  decideRefused,
  isTooLate,
  LEAD_MS,
  lookOf,
  movedTo,
  NEAR_MS,
  newCall,
  roundStep,
  settlementOf,
  takeUp,
} from '../../../shared/domain/call.ts';
import { MARK_MARGIN_MS } from '../../../shared/domain/sending.ts';

const NOW = 1_000_000_000;
const PATIENCE = 300_000;
const REQUEST = { id: 'a', digest: 'd', item: null, latest: null, wanted: NOW };
/** Of this deadline a mark has ended, since now. */
const ENDED = NOW - MARK_MARGIN_MS;
const OUTCOME = { status: 'SUCCEEDED', reason: null, result: null, attempts: 1, ms: 5, at: NOW } as const;

const aCall = (over: Partial<Call> = {}): Call => ({ ...newCall(REQUEST, NOW, PATIENCE).call, ...over });
const anEntry = (call: Call, sent = true) => ({ id: call.id, turn: call.turn, at: NOW, sent });

const time = fc.integer({ min: NOW - 2 * NEAR_MS, max: NOW + 3 * NEAR_MS });
const call: fc.Arbitrary<Call> = fc.record({
  ...{
    id: fc.constant('a'),
    digest: fc.constant('d'),
    item: fc.constant(null),
    createdAt: time,
    wanted: time,
    due: time,
  },
  latest: fc.option(time),
  turn: fc.nat(3),
  calls: fc.integer({ min: 1, max: 4 }),
  tries: fc.nat(3),
  pressed: fc.nat(3),
  rounds: fc.nat(9),
  alone: fc.option(fc.nat(2)),
  mark: fc.option(
    fc.record({ by: fc.constantFrom('me', 'other'), deadline: fc.constantFrom(ENDED - 1, ENDED, ENDED + 1) }),
  ),
  late: fc.option(fc.nat(99)),
  outcome: fc.option(fc.constant(OUTCOME), { freq: 5 }),
});

describe('look times', () => {
  test.each([
    ['a past time is now', NOW - 1, { at: NOW + PATIENCE, sends: true }],
    ['a near one is sent by its writer', NOW + NEAR_MS, { at: NOW + NEAR_MS + PATIENCE, sends: true }],
    ['a far one is left to a round', NOW + NEAR_MS + 1, { at: NOW + NEAR_MS + 1 - LEAD_MS, sends: false }],
  ])('%s', (_, due, look) => {
    expect(lookOf(due, NOW, PATIENCE)).toEqual(look);
  });

  test('a message is never delayed beyond its due time, nor by what SQS refuses, and by a second less at most', () => {
    fc.assert(
      fc.property(time, (due) => {
        const seconds = callDelaySeconds(due, NOW);
        expect(seconds).toBeGreaterThanOrEqual(0);
        expect(seconds).toBeLessThanOrEqual(900);
        if (due >= NOW) expect(seconds * 1_000).toBeLessThanOrEqual(due - NOW);
        // Whoever sends sends by the look: then nothing is cut off.
        if (due >= NOW && lookOf(due, NOW, PATIENCE).sends) expect(due - NOW - seconds * 1_000).toBeLessThan(1_000);
      }),
    );
  });

  test('no look with a message behind it falls while that message may still be called', () => {
    fc.assert(
      fc.property(call, fc.boolean(), (one, sent) => {
        const step = roundStep(one, anEntry(one, sent), NOW, PATIENCE, false);
        if (step.do === 'raise') expect(step.next.look.at).toBeGreaterThanOrEqual(Math.max(NOW, one.due) + PATIENCE);
        const { look } = movedTo(one, one.wanted, NOW, PATIENCE);
        if (look.sends) expect(look.at).toBeGreaterThanOrEqual(Math.max(NOW, one.wanted) + PATIENCE);
        else expect(look.at).toBeGreaterThan(NOW);
      }),
    );
  });
});

describe('a message that could not claim', () => {
  const mark = { by: 'other', deadline: ENDED + 1 };
  test.each([
    ['no such call', null, { do: 'void' }],
    ['it has ended', aCall({ outcome: OUTCOME, mark }), { do: 'void' }],
    ['another turn', aCall({ turn: 2, mark }), { do: 'void' }],
    ['its own claim, made by an earlier try', aCall({ mark: { ...mark, by: 'me' } }), { do: 'call' }],
    ['another is calling', aCall({ mark }), { do: 'back', until: NOW + 1 }],
    ['too early', aCall({ due: NOW + 1 }), { do: 'early', due: NOW + 1 }],
    ['a mark whose end has passed', aCall({ mark: { ...mark, deadline: ENDED } }), { do: 'suspect' }],
    ['a suspect that was handed back', aCall({ alone: 0 }), { do: 'suspect' }],
    ['what held it is gone', aCall(), { do: 'claim' }],
  ] as const)('%s', (_, read, decision) => {
    expect(decideRefused(read, 0, 'me', NOW)).toEqual(decision);
  });

  test('a message is given up only where the call has ended, or another message stands behind it', () => {
    fc.assert(
      fc.property(call, fc.nat(3), (one, turn) => {
        const isVoid = decideRefused(one, turn, 'me', NOW).do === 'void';
        expect(isVoid).toBe(one.outcome !== null || one.turn !== turn);
      }),
    );
  });
});

test('a death beside others accuses none; the second death alone is poison', () => {
  const mark = { by: 'dead', deadline: ENDED };
  const seen = [];
  for (let alone: number | null = null; ; ) {
    const { crashes, isPoison } = takeUp({ alone, mark });
    seen.push([crashes, isPoison]);
    if (isPoison) break;
    alone = crashes;
  }
  expect(seen).toEqual([
    [0, false],
    [1, false],
    [2, true],
  ]);
  // Handed back, it is no crash.
  expect(takeUp({ alone: 1, mark: null })).toEqual({ crashes: 1, isPoison: false });
});

describe('settling', () => {
  const settle = (one: Call, kind: 'again' | 'handed-back', isPressed = false) => {
    const settlement = settlementOf(one, { kind, due: NOW + 5_000, isPressed }, NOW + 700, NOW + 900, PATIENCE);
    return 'next' in settlement ? settlement.next : expect.fail('it goes on');
  };
  const claimed = aCall({ calls: 3, tries: 1, pressed: 2, alone: 1, mark: { by: 'me', deadline: NOW } });

  test('a failure spends a try, ends a row of pressure and a suspicion, and says how late the first call was', () => {
    expect(settle(claimed, 'again')).toMatchObject({ turn: 1, due: NOW + 5_000, calls: 3, tries: 2, pressed: 0 });
    expect(settle(claimed, 'again')).toMatchObject({ alone: null, late: 700, look: { sends: true } });
  });

  test('pressure spends no try, and goes on in its row', () => {
    expect(settle(claimed, 'handed-back', true)).toMatchObject({ calls: 3, tries: 1, pressed: 3, alone: null });
  });

  test('what was not called leaves no trace but its turn', () => {
    expect(settle(claimed, 'handed-back')).toMatchObject({
      turn: 1,
      calls: 2,
      tries: 1,
      pressed: 2,
      alone: 1,
      late: null,
    });
  });

  test('an end keeps the lateness of the first call', () => {
    const { at: _, ...outcome } = OUTCOME;
    const settlement = settlementOf({ ...claimed, late: 40 }, { kind: 'ended', outcome }, NOW, NOW + 9, PATIENCE);
    expect(settlement).toEqual({ outcome: { ...OUTCOME, at: NOW + 9 }, late: 40 });
  });
});

test('moving keeps what was tried, and voids the message that is under way', () => {
  const before = aCall({ tries: 2, calls: 2, rounds: 4, alone: 1, late: 3 });
  const kept = { wanted: NOW + LEAD_MS, due: NOW + LEAD_MS, turn: 1, tries: 2, calls: 2, alone: 1, late: 3, rounds: 0 };
  expect(movedTo(before, NOW + LEAD_MS, NOW, PATIENCE)).toMatchObject(kept);
});

describe('a round', () => {
  test('takes up what stands still, each time after twice as long, up to a bound', () => {
    let one = aCall();
    const waits = [];
    for (let i = 0; i < 8; i++) {
      const step = roundStep(one, anEntry(one), NOW, PATIENCE, false);
      if (step.do !== 'raise') expect.fail(`round ${i} left it`);
      waits.push((step.next.look.at - NOW) / PATIENCE);
      one = { ...one, turn: step.next.turn, rounds: step.next.rounds };
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 64, 64, 64]);
  });

  test('sends a far task for the first time without counting it as stuck', () => {
    const far = aCall({ due: NOW + LEAD_MS });
    const look = { at: NOW + LEAD_MS + PATIENCE, sends: true };
    expect(roundStep(far, anEntry(far, false), NOW, PATIENCE, true)).toMatchObject({
      do: 'raise',
      next: { turn: 1, rounds: 0, due: far.due, look },
    });
  });

  test.each([
    ['its message may be in the queue', aCall(), true],
    ['it has ended', aCall({ outcome: OUTCOME }), false],
    ['it is being called', aCall({ mark: { by: 'other', deadline: ENDED + 1 } }), false],
  ])('leaves it: %s', (_, one, hasBacklog) => {
    expect(roundStep(one, anEntry(one), NOW, PATIENCE, hasBacklog)).toEqual({ do: 'leave' });
    expect(roundStep(null, anEntry(one), NOW, PATIENCE, hasBacklog)).toEqual({ do: 'leave' });
    expect(roundStep({ ...one, turn: 7 }, anEntry(one), NOW, PATIENCE, hasBacklog)).toEqual({ do: 'leave' });
  });
});

test.each([
  [{}, 'pending'],
  [{ mark: { by: 'x', deadline: ENDED + 1 } }, 'calling'],
  [{ mark: { by: 'x', deadline: ENDED } }, 'pending'],
  [{ outcome: OUTCOME }, 'SUCCEEDED'],
])('the state of %j is %s', (over, state) => {
  expect(callStateOf(aCall(over), NOW)).toBe(state);
});

test('what has a latest time is called until then, that moment included', () => {
  expect([NOW - 1, NOW, NOW + 1].map((now) => isTooLate({ latest: NOW }, now))).toEqual([false, false, true]);
  expect(isTooLate({ latest: null }, NOW)).toBe(false);
});
