import { describe, expect, test } from 'vitest';
import { faultAtEach, type SingleFault } from './every-call.ts';
import { CALLED_BACK, THROWING, WHOLE } from './scenes.ts';

const FAULTS = ['crash-before', 'crash-after', 'lose-answer', 'throttle'] as const satisfies readonly SingleFault[];

/** `crash-everywhere.test.ts` has a part of them. */
describe.each(FAULTS)('%s at every port call, one after the other', (fault) => {
  test.each([
    ['a run and its redrive', WHOLE],
    ['a run that is called back', CALLED_BACK],
    ...THROWING.map(([where, of]) => [`a reduce that throws in ${where}`, of] as const),
  ] as const)(
    '%s',
    async (_, of) => {
      expect(await faultAtEach(of, fault)).toBeGreaterThan(50);
    },
    600_000,
  );
});
