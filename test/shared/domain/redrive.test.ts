import { expect, test } from 'vitest';
import { parseRedrivenItem } from '../../../shared/domain/redrive.ts';

test("a redrive's item of a newer release, with more behind it, is read without that", () => {
  expect(parseRedrivenItem(['0-0.0.1', { i: 1 }, 2, 'more'])).toEqual(['0-0.0.1', { i: 1 }, 2]);
});
