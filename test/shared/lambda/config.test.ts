import { expect, test } from 'vitest';
import { readConfig } from '../../../shared/lambda/config.ts';
import { ENVIRONMENT } from '../../../shared/ports/wiring.ts';

const whole = {
  MP_STAGE: 'dev',
  MP_TABLE: 'microprocess-dev',
  MP_BUCKET: 'microprocess-dev',
  MP_SPLIT_QUEUE_URL: 'https://sqs.example/split',
  MP_WORK_QUEUE_URL: 'https://sqs.example/work',
  MP_AGGREGATE_QUEUE_URL: 'https://sqs.example/aggregate',
  MP_ENDPOINT_URL: 'https://squares-queue.example',
  MP_ENDPOINT_AUTH: 'IAM',
  MP_MAIL_FROM: 'reports@example.com',
  MP_EVENT_BUS: 'bus',
  AWS_REGION: 'us-east-1',
};

test('an environment is read, and what it holds beside ours left out', () => {
  expect(readConfig({ ...whole, AWS_SECRET_ACCESS_KEY: 'secret', PATH: '/bin' })).toEqual(whole);
});

test('it is exactly what both hosts set, and the region that Lambda sets', () => {
  expect(Object.keys(whole).sort()).toEqual([...ENVIRONMENT, 'AWS_REGION'].sort());
});

test('mail and events can be off', () => {
  const { MP_MAIL_FROM: _mail, MP_EVENT_BUS: _bus, ...rest } = whole;
  expect(readConfig(rest)).toEqual({ ...whole, MP_MAIL_FROM: '', MP_EVENT_BUS: '' });
});

const needed = Object.keys(whole).filter((name) => name !== 'MP_MAIL_FROM' && name !== 'MP_EVENT_BUS');
test.each(needed)('without %s nothing starts, and it is named', (name) => {
  expect(() => readConfig({ ...whole, [name]: undefined })).toThrow(`${name}:`);
  expect(() => readConfig({ ...whole, [name]: '' })).toThrow(`${name}:`);
});

test.each([
  ['MP_ENDPOINT_URL', 'file:///etc/passwd'],
  ['MP_ENDPOINT_URL', 'squares'],
  ['MP_ENDPOINT_AUTH', 'iam'],
])('%s can not be %s', (name, value) => {
  expect(() => readConfig({ ...whole, [name]: value })).toThrow(`${name}:`);
});

test('all that is wrong is named at once', () => {
  expect(() => readConfig({})).toThrow(new RegExp(needed.map((name) => `${name}: .*`).join('')));
});
