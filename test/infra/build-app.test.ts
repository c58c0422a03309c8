import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, expect, test } from 'vitest';
import * as z from 'zod';
import { removeSynths, SYNTH_MS, synth } from './synth.ts';

afterAll(removeSynths);

// The other tests' syntheses are of dev, and would throw as well.
test(
  'prod has no finding of cdk-nag that nobody argued for',
  async () => {
    const { app, stack } = await synth({
      stage: 'prod',
      mailFrom: 'reports@your-company.com',
      alarmEmail: 'ops@your-company.com',
      api: 'true',
    });
    stack.platform.callbackKey();
    expect(() => app.synth()).not.toThrow();
    // What holds something is kept, and taken back where its first deployment fails. Nothing else may stand in the way of the same stage.
    const kept = resourcesOf(app.outdir).filter(({ DeletionPolicy }) => DeletionPolicy?.startsWith('Retain'));
    for (const { Type, DeletionPolicy } of kept) expect(DeletionPolicy, Type).toBe('RetainExceptOnCreate');
    expect(new Set(kept.map(({ Type }) => Type))).toEqual(
      new Set(['AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket', 'AWS::Logs::LogGroup', 'AWS::SecretsManager::Secret']),
    );
  },
  SYNTH_MS,
);

test(
  'a queue that takes plain text is found',
  async () => {
    const { app, stack } = await synth();
    stack.platform.callbackKey();
    new Queue(stack.platform, 'Unsafe');
    expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
    // A stage that passes leaves nothing behind, also of what one deployment replaces.
    const resources = resourcesOf(app.outdir);
    expect(resources.length).toBeGreaterThan(100);
    const left = resources.filter(({ DeletionPolicy, UpdateReplacePolicy }) =>
      `${DeletionPolicy} ${UpdateReplacePolicy}`.includes('Retain'),
    );
    expect(left.map(({ Type }) => Type)).toEqual([]);
  },
  SYNTH_MS,
);

const template = z.object({
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      DeletionPolicy: z.string().optional(),
      UpdateReplacePolicy: z.string().optional(),
    }),
  ),
});

/** What stands in the templates of an assembly, those of nested stacks too. */
function resourcesOf(outdir: string) {
  const files = readdirSync(outdir).filter((file) => file.endsWith('.template.json'));
  const templates = files.map((file) => template.parse(JSON.parse(readFileSync(join(outdir, file), 'utf8'))));
  return templates.flatMap(({ Resources }) => Object.values(Resources));
}
