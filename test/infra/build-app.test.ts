import { Queue } from 'aws-cdk-lib/aws-sqs';
import { afterAll, expect, test } from 'vitest';
import { removeSynths, SYNTH_MS, synth } from './synth.ts';

afterAll(removeSynths);

// The other tests' syntheses are of dev, and would throw as well.
test(
  'prod has no finding of cdk-nag that nobody argued for',
  async () => {
    const { app } = await synth({
      stage: 'prod',
      mailFrom: 'reports@your-company.com',
      alarmEmail: 'ops@your-company.com',
    });
    expect(() => app.synth()).not.toThrow();
  },
  SYNTH_MS,
);

test(
  'a queue that takes plain text is found',
  async () => {
    const { app, stack } = await synth();
    new Queue(stack.platform, 'Unsafe');
    expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
  },
  SYNTH_MS,
);
