import { SYSTEM } from '../../functions/system.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { idleCost, totalDollars } from '../../shared/domain/idle-cost.ts';
import { standingOf, wiringOf } from '../../shared/lambda/wiring.ts';
import { docsPage } from '../../shared/project/docs.ts';
import { type Check, pass } from './check.ts';

/** What a pipeline costs by the month while nothing runs. */
export function idleCheck(pipeline: Pipeline): Check {
  const lines = idleCost(standingOf(wiringOf(SYSTEM, pipeline)));
  const parts = lines.map(({ what, dollars }) => `${what} $${dollars.toFixed(2)}`);
  return pass(
    'cost at rest',
    `about $${totalDollars(lines).toFixed(2)} a month at list prices: ${parts.join(', ')} (${docsPage('idle-cost.md')})`,
  );
}
