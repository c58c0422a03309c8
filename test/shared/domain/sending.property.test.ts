import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RUN_STATUSES } from '../../../shared/domain/run.ts';
import {
  aloneStep,
  type BlockState,
  callsOf,
  type Delivery,
  decide,
  delaySeconds,
  EMPTY_BLOCK,
  missing,
  NEW_REGISTER,
  nextRegister,
  POISON_CRASHES,
  type Register,
  raised,
  registerOf,
} from '../../../shared/domain/sending.ts';

const NOW = 1_000_000;
const SELF = { id: 'me', deadline: NOW + 60_000 };
const SLOT = 4;
const COUNT = 4;

const tries = fc.record({
  tries: fc.nat(4),
  due: fc.constantFrom(0, NOW - 1, NOW, NOW + 1, NOW + 5_000),
  crashes: fc.nat(POISON_CRASHES),
});
const mark = fc.record({
  child: fc.integer({ min: SLOT, max: SLOT + COUNT - 1 }),
  deadline: fc.constantFrom(NOW - 1, NOW, NOW + 1),
  by: fc.constantFrom('me', 'other'),
});
const child = fc.integer({ min: SLOT, max: SLOT + COUNT - 1 });
const register: fc.Arbitrary<Register> = fc.record({
  turn: fc.nat(3),
  tries: fc.array(fc.tuple(child, tries), { maxLength: 4 }).map((entries) => new Map(entries)),
  alone: fc.boolean(),
  mark: fc.option(mark),
});
const block: fc.Arbitrary<BlockState> = fc.record({
  done: fc.uniqueArray(fc.nat(11)).map((done) => new Set(done)),
  registers: fc.option(register, { freq: 5 }).map((one) => new Map(one ? [[SLOT, one]] : [])),
});
const delivery: fc.Arbitrary<Delivery> = fc.record({
  slot: fc.constant(SLOT),
  count: fc.constant(COUNT),
  turn: fc.nat(3),
  blockSize: fc.constant(12),
  receives: fc.integer({ min: 1, max: 3 }),
});
const status = fc.constantFrom(null, ...RUN_STATUSES);

const aDelivery = (over: Partial<Delivery> = {}): Delivery => ({
  slot: 4,
  count: 4,
  turn: 0,
  blockSize: 12,
  receives: 1,
  ...over,
});
const aRegister = (over: Partial<Register>): Register => ({ ...NEW_REGISTER, ...over });
const aBlock = (done: readonly number[], of?: Partial<Register>): BlockState => ({
  done: new Set(done),
  registers: of ? new Map([[SLOT, aRegister(of)]]) : new Map(),
});
const all = (n: number) => Array.from({ length: n }, (_, i) => i);

describe('decide', () => {
  test.each([
    ['a new slot is called whole', aDelivery(), aBlock([]), 'running', { do: 'call', due: [4, 5, 6, 7] }],
    ['also while its run is planned', aDelivery(), aBlock([]), 'planned', { do: 'call', due: [4, 5, 6, 7] }],
    ['done children are left out', aDelivery(), aBlock([5, 6, 9]), 'splitting', { do: 'call', due: [4, 7] }],
    ['a slot that is done is void', aDelivery(), aBlock([4, 5, 6, 7]), 'running', { do: 'void' }],
    [
      'a full block is completed again, whatever the turn',
      aDelivery({ turn: 7 }),
      aBlock(all(12)),
      'running',
      { do: 'complete' },
    ],
    ['a full block is completed again in a closing run', aDelivery(), aBlock(all(12)), 'closing', { do: 'complete' }],
    [
      'a full block is completed again in no run',
      aDelivery({ receives: 2 }),
      aBlock(all(12)),
      null,
      { do: 'complete' },
    ],
    ['no run', aDelivery(), aBlock([]), null, { do: 'void' }],
    ['a paused run', aDelivery(), aBlock([]), 'paused', { do: 'void' }],
    ['a closing run', aDelivery(), aBlock([]), 'closing', { do: 'void' }],
    ['a finished run', aDelivery(), aBlock([]), 'failed', { do: 'void' }],
    ['an old turn', aDelivery(), aBlock([], { turn: 1 }), 'running', { do: 'void' }],
    ['a turn nobody wrote', aDelivery({ turn: 1 }), aBlock([]), 'running', { do: 'void' }],
    ['a second receive', aDelivery({ receives: 2 }), aBlock([]), 'running', { do: 'alone' }],
    ['a register that says alone', aDelivery(), aBlock([], { alone: true }), 'running', { do: 'alone' }],
  ] as const)('%s', (_, message, state, run, decision) => {
    expect(decide(message, state, run, NOW)).toEqual(decision);
  });

  test('children that are not due yet are not called', () => {
    const waits = new Map([
      [4, { tries: 1, due: NOW + 1, crashes: 0 }],
      [5, { tries: 1, due: NOW, crashes: 0 }],
    ]);
    expect(decide(aDelivery(), aBlock([7], { tries: waits }), 'running', NOW)).toEqual({ do: 'call', due: [5, 6] });
  });

  test('never calls a done child, one of another slot, or one before its time, and never in a run that stands', () => {
    fc.assert(
      fc.property(delivery, block, status, (message, state, run) => {
        const decision = decide(message, state, run, NOW);
        if (decision.do !== 'call') return;
        expect(['planned', 'splitting', 'running']).toContain(run);
        expect(message.turn).toBe(registerOf(state, SLOT).turn);
        for (const n of decision.due) {
          expect(state.done.has(n)).toBe(false);
          expect(n).toBeGreaterThanOrEqual(SLOT);
          expect(n).toBeLessThan(SLOT + COUNT);
          expect(registerOf(state, SLOT).tries.get(n)?.due ?? 0).toBeLessThanOrEqual(NOW);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('the next register', () => {
  const results = (
    ended: number[],
    again: [number, number][],
    complete = true,
    handedBack: [number, number][] = [],
  ) => ({
    ended: new Set(ended),
    again: new Map(again),
    handedBack: new Map(handedBack),
    complete,
  });

  test('is none where nothing is left', () => {
    expect(nextRegister(aDelivery(), aBlock([4]), results([5, 6, 7], []))).toBeNull();
  });

  test('counts a try of what was called in vain, and none of what was handed back', () => {
    const before = { tries: new Map([[5, { tries: 2, due: 1, crashes: 1 }]]) };
    expect(nextRegister(aDelivery(), aBlock([], before), results([4], [[6, NOW + 9]]))).toEqual({
      turn: 1,
      tries: new Map([
        [5, { tries: 2, due: 1, crashes: 1 }],
        [6, { tries: 1, due: NOW + 9, crashes: 0 }],
      ]),
      alone: false,
      mark: null,
    });
  });

  test('a child that is handed back until then spends no try, and is never due earlier than it was', () => {
    const before = {
      tries: new Map([
        [5, { tries: 2, due: NOW - 1, crashes: 1 }],
        [6, { tries: 1, due: NOW + 9, crashes: 0 }],
      ]),
    };
    const handedBack: [number, number][] = [4, 5, 6].map((n) => [n, NOW + 5]);
    expect(nextRegister(aDelivery(), aBlock([], before), results([7], [], false, handedBack))?.tries).toEqual(
      new Map([
        [4, { tries: 0, due: NOW + 5, crashes: 0 }],
        [5, { tries: 2, due: NOW + 5, crashes: 1 }],
        [6, { tries: 1, due: NOW + 9, crashes: 0 }],
      ]),
    );
  });

  test('a child that is handed back at once leaves nothing behind', () => {
    expect(nextRegister(aDelivery(), aBlock([]), results([], [], false, [[4, 0]]))?.tries).toEqual(new Map());
  });

  test.each([
    ['a complete pass clears it', true, 2, true, false],
    ['a hand-back keeps it', true, 1, false, true],
    ['a hand-back of a second receive keeps it, marked or not', false, 2, false, true],
    ['a hand-back of an ordinary message sets none', false, 1, false, false],
  ])('alone: %s', (_, alone, receives, complete, next) => {
    const written = nextRegister(aDelivery({ receives }), aBlock([], { alone }), results([], [], complete));
    expect(written?.alone).toBe(next);
  });

  const outcome = fc.constantFrom('ended', 'again', 'back', 'back until then');
  test('turns strictly rise, marks go, tries and crashes never fall, and only what is left is remembered', () => {
    fc.assert(
      fc.property(
        delivery,
        block,
        fc.array(outcome, { minLength: COUNT, maxLength: COUNT }),
        fc.boolean(),
        (message, state, each, complete) => {
          const ended = new Set(each.flatMap((what, i) => (what === 'ended' ? [SLOT + i] : [])));
          const again = new Map(each.flatMap((what, i) => (what === 'again' ? [[SLOT + i, NOW + i] as const] : [])));
          const handedBack = new Map(
            each.flatMap((what, i) => (what === 'back until then' ? [[SLOT + i, NOW - 1 + i] as const] : [])),
          );
          const next = nextRegister(message, state, { ended, again, handedBack, complete });
          const left = missing(state, SLOT, COUNT).filter((n) => !ended.has(n));
          expect(next === null).toBe(left.length === 0);
          if (!next) return;
          expect(next.turn).toBe(message.turn + 1);
          expect(next.mark).toBeNull();
          const before = registerOf(state, SLOT).tries;
          for (const n of next.tries.keys()) expect(left).toContain(n);
          for (const n of left) {
            const [was, is] = [before.get(n), next.tries.get(n)];
            expect(is?.crashes ?? 0).toBe(was?.crashes ?? 0);
            expect(is?.tries ?? 0).toBe((was?.tries ?? 0) + (again.has(n) ? 1 : 0));
            expect(is?.due ?? 0).toBe(again.get(n) ?? Math.max(was?.due ?? 0, handedBack.get(n) ?? 0));
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('what is handed back until then is called from then on, and its message waits for the first of them', () => {
    const until = fc.array(fc.integer({ min: NOW + 1, max: NOW + 800_000 }), { minLength: COUNT, maxLength: COUNT });
    fc.assert(
      fc.property(until, (times) => {
        const handedBack: [number, number][] = times.map((time, i) => [SLOT + i, time]);
        const next = nextRegister(aDelivery(), aBlock([]), results([], [], false, handedBack));
        const state = aBlock([], next ?? {});
        const dueAt = (now: number) => decide(aDelivery({ turn: 1 }), state, 'running', now);
        const all = handedBack.map(([n]) => n);
        expect(dueAt(Math.min(...times) - 1)).toEqual({ do: 'call', due: [] });
        for (const [n, time] of handedBack) {
          expect(dueAt(time)).toMatchObject({ due: expect.arrayContaining([n]) });
        }
        expect(dueAt(Math.max(...times))).toEqual({ do: 'call', due: all });
        const waits = NOW + 1_000 * delaySeconds(next ?? NEW_REGISTER, all, NOW);
        expect(waits).toBeGreaterThanOrEqual(Math.min(...times));
      }),
    );
  });

  test('raising a register for sending again keeps the rest of it', () => {
    fc.assert(
      fc.property(register, (each) => {
        expect(raised(each)).toEqual({ ...each, turn: each.turn + 1 });
      }),
    );
  });
});

describe('the delay of the next message', () => {
  const due = (...times: number[]) =>
    aRegister({ tries: new Map(times.map((time, i) => [SLOT + i, { tries: 1, due: time, crashes: 0 }])) });

  test.each([
    ['the earliest of its children', due(NOW + 9_000, NOW + 4_000), [4, 5], 4],
    ['whole seconds, never early', due(NOW + 1), [4], 1],
    ['none for a child that never failed', due(NOW + 9_000), [4, 5], 0],
    ['none for what is due', due(NOW - 5_000), [4], 0],
    ['no more than SQS takes', due(NOW + 10_000_000), [4], 900],
    ['of those left alone', due(NOW, NOW + 4_000), [5], 4],
  ])('%s', (_, of, left, seconds) => {
    expect(delaySeconds(of, left, NOW)).toBe(seconds);
  });
});

describe('calling alone', () => {
  const step = (state: BlockState, called: number[] = [], over: Partial<Delivery> = {}) =>
    aloneStep(aDelivery({ receives: 2, ...over }), state, new Set(called), SELF, NOW);
  const theirs = (deadline: number, n = 5) => ({ child: n, deadline, by: 'other' });

  test('marks the first child, and says alone', () => {
    expect(step(aBlock([4]))).toEqual({
      do: 'call',
      child: 5,
      register: { turn: 0, tries: new Map(), alone: true, mark: { child: 5, deadline: SELF.deadline, by: 'me' } },
    });
  });

  test('a live mark of another sends the message back until it ends; an expired one does not', () => {
    expect(step(aBlock([], { mark: theirs(NOW + 1) }))).toEqual({ do: 'back', until: NOW + 1 });
    expect(step(aBlock([], { mark: theirs(NOW) })).do).toBe('call');
  });

  test('an expired mark adds a crash to its child, which then comes last', () => {
    const next = step(aBlock([], { mark: theirs(NOW, 4) }));
    expect(next).toMatchObject({ do: 'call', child: 5 });
    if (next.do === 'call') expect(next.register.tries.get(4)).toEqual({ tries: 0, due: 0, crashes: 1 });
  });

  test('a mark accuses nobody where its child has an outcome, or where it is our own', () => {
    const done = step(aBlock([5], { mark: theirs(NOW - 1) }));
    const own = step(aBlock([], { mark: { child: 5, deadline: NOW - 1, by: 'me' } }), [5]);
    for (const next of [done, own]) {
      expect(next.do).toBe('call');
      if (next.do === 'call') expect(next.register.tries.get(5)?.crashes ?? 0).toBe(0);
    }
  });

  test('two crashes are poison, also when the second is only told of by a mark', () => {
    const once = { tries: new Map([[5, { tries: 3, due: 0, crashes: 1 }]]) };
    expect(step(aBlock([], once)).do).toBe('call');
    expect(step(aBlock([], { ...once, mark: theirs(NOW - 1) }))).toEqual({ do: 'poison', child: 5, calls: 5 });
  });

  test('is done when all that are due were called', () => {
    const waits = new Map([[7, { tries: 1, due: NOW + 1, crashes: 0 }]]);
    expect(step(aBlock([4], { tries: waits }), [5, 6])).toEqual({ do: 'done' });
  });

  /** What one pass after another makes of a slot in which these children kill whoever calls them. */
  function passes(killers: ReadonlySet<number>): { order: string[]; calls: Map<number, number> } {
    let state: BlockState = EMPTY_BLOCK;
    let now = NOW;
    const order: string[] = [];
    const calls = new Map<number, number>();
    for (let pass = 0; pass < 20; pass++, now += 100_000) {
      const self = { id: `pass-${pass}`, deadline: now + 60_000 };
      const called = new Set<number>();
      for (;;) {
        const next = aloneStep(aDelivery({ receives: 2 }), state, called, self, now);
        if (next.do === 'back') throw new Error('A mark outlived its invocation.');
        if (next.do === 'done') return { order, calls };
        order.push(`${next.do} ${next.child}`);
        const done = new Set(state.done);
        if (next.do === 'poison') {
          state = { ...state, done: done.add(next.child) };
          continue;
        }
        expect(state.done.has(next.child)).toBe(false);
        calls.set(next.child, (calls.get(next.child) ?? 0) + 1);
        called.add(next.child);
        state = { ...state, registers: new Map([[SLOT, next.register]]) };
        if (killers.has(next.child)) break;
        state = { done: done.add(next.child), registers: new Map([[SLOT, { ...next.register, mark: null }]]) };
      }
    }
    throw new Error('It never ended.');
  }

  test('a killer dies after exactly two more calls; its neighbours are called once, before its second', () => {
    expect(passes(new Set([4])).order).toEqual(['call 4', 'call 5', 'call 6', 'call 7', 'call 4', 'poison 4']);
    fc.assert(
      fc.property(fc.subarray([4, 5, 6, 7]), (killers) => {
        const { order, calls } = passes(new Set(killers));
        for (const n of [4, 5, 6, 7]) expect(calls.get(n)).toBe(killers.includes(n) ? POISON_CRASHES : 1);
        expect(order.filter((what) => what.startsWith('poison')).sort()).toEqual(killers.map((n) => `poison ${n}`));
      }),
    );
  });

  test('calls only what is missing, due and uncalled, of the fewest crashes, and never loses a crash or a try', () => {
    fc.assert(
      fc.property(delivery, block, fc.uniqueArray(child), (message, state, called) => {
        const next = aloneStep(message, state, new Set(called), SELF, NOW);
        const before = registerOf(state, SLOT);
        const left = missing(state, SLOT, COUNT);
        const theirMark = before.mark?.by === 'other' ? before.mark : null;
        expect(next.do === 'back').toBe(theirMark !== null && theirMark.deadline > NOW);
        if (next.do === 'poison') {
          expect(left).toContain(next.child);
          const known = before.tries.get(next.child)?.crashes ?? 0;
          expect(known + (theirMark?.child === next.child ? 1 : 0)).toBeGreaterThanOrEqual(POISON_CRASHES);
        }
        if (next.do !== 'call') return;
        expect(left).toContain(next.child);
        expect(called).not.toContain(next.child);
        const after = next.register.tries;
        expect(after.get(next.child)?.due ?? 0).toBeLessThanOrEqual(NOW);
        expect(next.register).toMatchObject({ turn: before.turn, alone: true, mark: { child: next.child, by: 'me' } });
        const crashes = (n: number) => after.get(n)?.crashes ?? 0;
        const callable = left.filter((n) => !called.includes(n) && (after.get(n)?.due ?? 0) <= NOW);
        expect(crashes(next.child)).toBe(Math.min(...callable.map(crashes)));
        for (const [n, was] of before.tries) {
          expect(after.get(n)).toMatchObject({ tries: was.tries, due: was.due });
          expect(crashes(n) - was.crashes).toBe(theirMark?.child === n && !state.done.has(n) ? 1 : 0);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

test('calls known of a child are its tries and its crashes', () => {
  const state = aBlock([], { tries: new Map([[5, { tries: 2, due: 0, crashes: 1 }]]) });
  expect([callsOf(state, 5), callsOf(state, 4), callsOf(EMPTY_BLOCK, 5)]).toEqual([3, 0, 0]);
});
