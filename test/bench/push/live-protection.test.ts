import { expect, test } from 'vitest';
import { measureProtection, protectionChecks } from '../../../bench/push/live-protection.ts';

test('live traffic hardly waits longer beside a run with a rate or against the clone, and far longer beside one without limits', async () => {
  const checks = protectionChecks(await measureProtection(8));
  expect(checks.length).toBe(4);
  expect(checks.filter(({ met }) => !met)).toEqual([]);
});
