import { expect, test } from 'vitest';
import { onceMoreIfGone } from '../../../cli/targets/once-more.ts';
import { HostGoneError } from '../../../local/join.ts';

const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:40297'), { code: 'ECONNREFUSED' });

/** Fails so often, then says how often it was asked. */
function failing(times: number, error: Error) {
  let asked = 0;
  return async () => {
    if (++asked <= times) throw error;
    return asked;
  };
}

test('what another process had is asked again when that ends, once, and only on this machine', async () => {
  for (const error of [refused, new HostGoneError('It has ended.')]) {
    expect(await onceMoreIfGone({ local: true }, failing(1, error))).toBe(2);
    await expect(onceMoreIfGone({ local: true }, failing(2, error))).rejects.toBe(error);
    await expect(onceMoreIfGone({ stage: 'dev' }, failing(1, error))).rejects.toBe(error);
  }
  const other = new Error('There is no such run.');
  await expect(onceMoreIfGone({ local: true }, failing(1, other))).rejects.toBe(other);
});
