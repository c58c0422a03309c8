import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { expect, test } from 'vitest';
import { readSettings } from '../../infra/settings.ts';

const read = (context: Record<string, unknown>) => readSettings((key) => context[key]);

test('dev without a word: everything goes with the stack, mail is off', () => {
  expect(read({})).toEqual({
    stage: 'dev',
    logRetention: RetentionDays.ONE_WEEK,
    removalPolicy: RemovalPolicy.DESTROY,
    orphanedObjectDays: 30,
    tags: { project: 'microprocess', stage: 'dev' },
  });
});

test.each(['prod', 'staging-2'])("%s has the construct's defaults, which keep what it has", (stage) => {
  expect(read({ stage, mailFrom: 'a@example.com', mailIdentity: 'example.com' })).toEqual({
    stage,
    mail: { from: 'a@example.com', identity: 'example.com' },
    tags: { project: 'microprocess', stage },
  });
});

test.each([
  [{ stage: 7 }, /-c stage=7: .*string/],
  [{ mailFrom: 'nobody' }, /-c mailFrom=nobody/],
  [{ alarmEmail: 'x' }, /-c alarmEmail=x/],
  [{ mailIdentity: 'example.com' }, /needs -c mailFrom/],
])('%j is refused by name', (context, said) => expect(() => read(context)).toThrow(said));
