import { expect, test } from 'vitest';
import { together } from '../../../shared/flow/parallel.ts';

test('gives all values, in order', async () => {
  expect(await together([Promise.resolve(1), Promise.resolve('two')])).toEqual([1, 'two']);
});

test('fails with the first failure of the list, but not before everything has ended', async () => {
  let end = () => {};
  const slow = new Promise<void>((resolve) => {
    end = resolve;
  });
  let failed = false;
  const all = together([slow, Promise.reject(new Error('first')), Promise.reject(new Error('second'))]).catch(
    (error) => {
      failed = true;
      throw error;
    },
  );
  await Promise.resolve();
  await new Promise(setImmediate);
  expect(failed).toBe(false);
  end();
  await expect(all).rejects.toThrow('first');
});
