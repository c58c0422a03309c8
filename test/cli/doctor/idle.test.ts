import { expect, test } from 'vitest';
import { idleCheck } from '../../../cli/doctor/idle.ts';
import { testPipeline } from '../../shared/support.ts';

test.each([
  ['no public functions', {}, /^about \$1\.42 a month at list prices: 3 alarms \$0\.30, .* \$0\.08 \(/],
  [
    'callbacks',
    { callback: { withinHours: 2 } },
    /^about \$1\.52 a month at list prices: 4 alarms \$0\.40, .*; once a stage the key that signs URLs \$0\.40 \(/,
  ],
])('a pipeline with %s costs at rest what is its own; the key of its stage is said apart', (_, overrides, said) => {
  expect(idleCheck(testPipeline(overrides))).toMatchObject({ result: 'pass', detail: expect.stringMatching(said) });
});
