import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  arriveInOrder,
  newSession,
  passOn,
  type Stepped,
  skipGap,
} from '../../../../shared/domain/choreography/session.ts';

test('in every order of five arrivals, calls are sent one after the other; who comes behind a gap that was skipped is late', () => {
  const order = fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 5 });
  // Before each arrival: what is under way ends, or the gap times out, or nothing.
  const between = fc.array(fc.constantFrom('ends', 'gap', 'nothing'), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(order, between, (numbers, happens) => {
      let session = newSession();
      const [sent, late]: [number[], number[]] = [[], []];
      let underWay: number | null = null;
      const take = ({ session: after, send }: Stepped) => {
        session = after;
        if (send === null || send === underWay) return;
        expect(underWay).toBeNull();
        underWay = send;
        sent.push(send);
      };
      const end = () => {
        if (underWay === null) return;
        const k = underWay;
        underWay = null;
        take(passOn(session, k));
      };
      for (const k of numbers) {
        const what = happens.shift();
        if (what === 'ends') end();
        if (what === 'gap') take(skipGap(session));
        const stepped = arriveInOrder(session, k);
        if (stepped === null) late.push(k);
        else take(stepped);
      }
      while (underWay !== null || session.arrived.length > 0) {
        if (underWay === null) take(skipGap(session));
        end();
      }
      expect(sent).toEqual(sent.toSorted((a, b) => a - b));
      expect([...sent, ...late].sort()).toEqual([1, 2, 3, 4, 5]);
    }),
  );
});

test('an outcome that is told again moves nothing', () => {
  const one = arriveInOrder(newSession(), 1)?.session ?? newSession();
  const { session } = passOn(one, 1);
  expect(session).toEqual({ next: 2, arrived: [] });
  expect(passOn(session, 1)).toEqual({ session, send: null });
  expect(arriveInOrder(session, 1)).toBeNull();
});
