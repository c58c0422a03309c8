import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RemovalPolicy } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { synth } from './synth.ts';

const report = z.object({
  pluginReports: z.array(z.looseObject({ violations: z.array(z.looseObject({ ruleName: z.string() })) })),
});

// A violation makes the CDK set the process's exit code, which is this test run's.
afterEach(() => {
  process.exitCode = 0;
});

/** Rules of cdk-nag that are violated and not acknowledged. */
function violations(outdir: string): string[] {
  const { pluginReports } = report.parse(JSON.parse(readFileSync(join(outdir, 'validation-report.json'), 'utf8')));
  return pluginReports.flatMap(({ violations }) => violations.map(({ ruleName }) => ruleName));
}

test.each(['dev', 'prod'])('%s has no finding that nobody argued for', async (stage) => {
  const { app } = await synth({ stage, mailFrom: 'reports@example.com', alarmEmail: 'ops@example.com' });
  expect(violations(app.synth().directory)).toEqual([]);
});

test('a queue that is not safe is found', async () => {
  const { app, platform } = await synth();
  new Queue(platform, 'Unsafe', { removalPolicy: RemovalPolicy.DESTROY });
  expect(violations(app.synth().directory)).toEqual(expect.arrayContaining([expect.stringContaining('SQS4')]));
});
