import { afterEach, beforeEach, describe } from 'vitest';
import type { Stores } from '../../shared/ports/stores.ts';
import type { MakeStores } from './fixtures.ts';

/** A describe block whose tests reach fresh stores through `port()`. */
export function describeWith<P>(
  title: string,
  make: MakeStores,
  pick: (stores: Stores) => P,
  tests: (port: () => P) => void,
) {
  describe(title, () => {
    let made: Awaited<ReturnType<MakeStores>> | undefined;
    beforeEach(async () => {
      made = await make();
    });
    afterEach(async () => {
      await made?.dispose();
      made = undefined;
    });
    tests(() => {
      if (!made) throw new Error('Stores are there inside tests only.');
      return pick(made.stores);
    });
  });
}
