import { readFileSync } from 'node:fs';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SYSTEM } from '../../../functions/system.ts';
import { FAILED, FAILING } from '../../../infra/constructs/pipeline-alarms.ts';
import { standingIn } from '../../../infra/idle-cost/standing.ts';
import { idleTables } from '../../../infra/idle-cost/tables.ts';
import { idleCost, totalDollars } from '../../../shared/domain/idle-cost.ts';
import { standingOf, wiringOf } from '../../../shared/lambda/wiring.ts';
import { pascalCase } from '../../../shared/project/deployment.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import scores from '../../fixtures/project/pipelines/scores/index.ts';
import { removeSynths, SYNTH_MS, synth } from '../synth.ts';

afterAll(removeSynths);

const OWN = Object.entries(SYSTEM.functions).flatMap(([name, declared]) =>
  declared.scope === 'pipeline' && declared.isFor === undefined ? [name] : [],
);
const standing = standingOf(wiringOf(SYSTEM, scores));

let app: Awaited<ReturnType<typeof synth>>;
let template: Template;
beforeAll(async () => {
  app = await synth();
  template = app.template('scores');
}, SYNTH_MS);

test('what it costs at rest is as its wiring says, as the docs show, and within what it may', () => {
  expect(standingIn(template.toJSON())).toEqual(standing);
  expect(totalDollars(idleCost(standing))).toBeLessThan(1.5);
  expect(readFileSync(`${PACKAGE_DIR}/docs/idle-cost.md`, 'utf8')).toContain(idleTables(app.stack));
});

describe('alarms', () => {
  test('each says its impact, what to do first, and where it is explained, and tells the topic', () => {
    const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
    expect(alarms).toHaveLength(3);
    for (const { Properties } of alarms) {
      expect(Properties.AlarmDescription).toMatch(
        /^Stage dev\. Impact: .{20,}\. First: .{10,}\. Then: node_modules\/microprocess\/docs\/runbook\.md#[a-z]+$/s,
      );
      expect(Properties.AlarmActions).toHaveLength(1);
      // A fresh deployment steps to OK, and would tell people of it.
      expect(Properties).not.toHaveProperty('OKActions');
    }
  });

  const filters = (metric: string) =>
    Object.values(template.findResources('AWS::Logs::MetricFilter')).flatMap(({ Properties }) => {
      const [to] = Properties.MetricTransformations;
      return to.MetricName === metric ? [{ ...Properties, value: to.MetricValue, in: to.MetricNamespace }] : [];
    });

  test.each([
    ['Failed', FAILED, 1],
    ['Failing', FAILING, 3],
  ] as const)('%s watches what each of its functions counts in its log', (metric, names, EvaluationPeriods) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: metric,
      Namespace: 'Microprocess/dev/scores',
      EvaluationPeriods,
      Statistic: 'Sum',
      Threshold: 1,
      TreatMissingData: 'notBreaching',
    });
    const pattern = `{ ${names.map((name) => `$.${name} > 0`).join(' || ')} }`;
    const counting = filters(metric).filter(({ FilterPattern }) => FilterPattern === pattern);
    expect(counting.map((of) => [of.in, of.value])).toEqual(OWN.map(() => ['Microprocess/dev/scores', '1']));
    expect(new Set(counting.map(({ LogGroupName }) => JSON.stringify(LogGroupName))).size).toBe(OWN.length);
  });

  test('crashes of each function are seen, of some when there are several', () => {
    const crashes = filters('Failed').filter(({ FilterPattern }) => FilterPattern.includes('platform.report'));
    const values = crashes.map(({ LogGroupName, value }) => [LogGroupName.Ref.replace(/Logs.*$/, ''), value]);
    expect(Object.fromEntries(values)).toEqual(
      Object.fromEntries(
        OWN.map((name) => [`Pipeline${pascalCase(name)}`, { forwarder: '0.2', sweeper: '0.334' }[name] ?? '1']),
      ),
    );
  });

  test('a sweeper that falls silent is seen, and one that has not begun rings nowhere', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'Invocations',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: Match.stringLikeRegexp('^PipelineSweeper') } }],
      TreatMissingData: 'missing',
      InsufficientDataActions: [Match.anyValue()],
    });
  });
});
