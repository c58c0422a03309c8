import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Arrival, arrive, type Join, NEW_JOIN, timeOut } from '../../../../shared/domain/choreography/join.ts';

const TYPES = ['a', 'b', 'c', 'd', 'e'];

/** Five events in some order, some again, with the time-out somewhere or never. */
const arrivals = fc
  .tuple(fc.shuffledSubarray(TYPES, { minLength: 5 }), fc.array(fc.constantFrom(...TYPES)), fc.option(fc.nat(5)))
  .map(([order, again, at]) => ({
    order: at === null ? order : order.toSpliced(at, 0, 'time-out'),
    again: at === null ? again : [...again, 'time-out'],
  }));

test('in every order of five arrivals, each is in exactly one of joined, timed out, late; said again, it stays there', () => {
  fc.assert(
    fc.property(arrivals, ({ order, again }) => {
      let join: Join = NEW_JOIN;
      const came = new Map<string, Arrival>();
      const branches: string[] = [];
      const say = (what: string) => {
        if (what === 'time-out') {
          const decided = timeOut(join, TYPES);
          join = decided.join;
          branches.push(decided.branch);
          return;
        }
        const decided = arrive(join, TYPES, { type: what, event: `${what}1` });
        join = decided.join;
        if (decided.arrival === 'joined') branches.push('joined');
        came.set(what, decided.arrival);
      };
      for (const what of order) say(what);
      const late = [...came].filter(([, arrival]) => arrival === 'late').map(([type]) => type);
      const before = join;
      for (const what of again) say(what);
      expect(join).toEqual(before);
      expect(new Set(branches).size).toBe(1);
      expect([...Object.keys(join.arrived), ...late].sort()).toEqual(TYPES);
      expect(branches[0]).toBe(late.length > 0 ? 'timed-out' : 'joined');
      for (const type of late) expect(arrive(join, TYPES, { type, event: `${type}1` }).arrival).toBe('late');
    }),
  );
});

test('a second event of a type is a duplicate; behind the time-out it is late if its type is', () => {
  const { join } = arrive(NEW_JOIN, ['a', 'b'], { type: 'a', event: 'a1' });
  expect(arrive(join, ['a', 'b'], { type: 'a', event: 'a2' })).toEqual({ join, arrival: 'duplicate' });
  const closed = timeOut(join, ['a', 'b']).join;
  expect(arrive(closed, ['a', 'b'], { type: 'b', event: 'b2' })).toEqual({ join: closed, arrival: 'late' });
  expect(closed).toEqual({ arrived: { a: 'a1' }, isClosed: true });
});
