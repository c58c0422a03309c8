import { RemovalPolicy } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { readSettings } from '../../infra/settings.ts';

const read = (context: Record<string, unknown>) => readSettings((key) => context[key]);

test('dev without a word: everything goes with the stack, mail is off', () => {
  expect(read({})).toMatchObject({
    stage: 'dev',
    removal: RemovalPolicy.DESTROY,
    mail: undefined,
    alarmEmail: undefined,
  });
});

test('prod keeps what it has', () => {
  expect(read({ stage: 'prod', mailFrom: 'a@example.com', mailIdentity: 'example.com' })).toMatchObject({
    removal: RemovalPolicy.RETAIN,
    pointInTimeRecovery: true,
    mail: { from: 'a@example.com', identity: 'example.com' },
  });
});

test.each([
  [{ stage: 'test' }, /-c stage=test: .*dev.*prod/],
  [{ mailFrom: 'nobody' }, /-c mailFrom=nobody/],
  [{ alarmEmail: 'x' }, /-c alarmEmail=x/],
  [{ mailIdentity: 'example.com' }, /needs -c mailFrom/],
])('%j is refused by name', (context, said) => expect(() => read(context)).toThrow(said));
