import { SYSTEM } from '../../functions/system.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { type IdleLine, idleCost, NOTHING_STANDS, totalDollars } from '../../shared/domain/idle-cost.ts';
import { standingOf, wiringOf } from '../../shared/lambda/wiring.ts';
import { docsPage } from '../../shared/project/docs.ts';
import { dollars as money } from '../../shared/report/format.ts';
import { type Check, pass } from './check.ts';

/** What a pipeline costs by the month while nothing runs. The key that signs URLs is the stage's, whose pipelines share it. */
export function idleCheck(pipeline: Pipeline): Check {
  const standing = standingOf(wiringOf(SYSTEM, pipeline));
  const lines = idleCost({ ...standing, secrets: 0 });
  const said = ({ what, dollars }: IdleLine) => `${what} ${money(dollars)}`;
  const ofStage = idleCost({ ...NOTHING_STANDS, secrets: standing.secrets }).map(
    (line) => `; once a stage ${said(line)}`,
  );
  return pass(
    'cost at rest',
    `about ${money(totalDollars(lines))} a month at list prices: ${lines.map(said).join(', ')}${ofStage.join('')} (${docsPage('idle-cost.md')})`,
  );
}
