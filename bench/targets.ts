import type { Figures } from './figures.ts';

/** A target and what was measured for it. */
export interface Check {
  readonly name: string;
  readonly bound: 'at most' | 'at least';
  readonly target: number;
  readonly value: number;
  readonly met: boolean;
}

/** The targets of issue "The whole pipeline end to end", each for the scenario it is stated for. */
export function checksOf(figures: readonly Figures[]): Check[] {
  return figures.flatMap(({ scenario, pipeline, ofFloor }) => {
    const named = (name: string) => `${name} (${scenario.name})`;
    const share = scenario.delayMs === 0 ? 0.18 : 0.9;
    const complete = pipeline.status === 'succeeded' ? 1 : 0;
    return [
      check(named('run succeeded'), 'at least', 1, complete),
      check(named("share of the floor's children/s"), 'at least', share, ofFloor),
      check(named('DynamoDB write units per child'), 'at most', 0.08, pipeline.writeUnitsPerChild),
      check(named('SQS requests per child'), 'at most', 0.015, pipeline.sqsRequestsPerChild),
      check(named('report ready behind the last child, s'), 'at most', 0.5, pipeline.reportSeconds),
    ];
  });
}

/** Holds what was measured against its target. */
export function check(name: string, bound: Check['bound'], target: number, value: number): Check {
  return { name, bound, target, value, met: bound === 'at most' ? value <= target : value >= target };
}
