import { describe, expect, test } from 'vitest';
import { SYSTEM } from '../../../functions/system.ts';
import { mapValues } from '../../../shared/domain/records.ts';
import { environmentOf, RESOURCES, readResources } from '../../../shared/lambda/resources.ts';
import type { Uses } from '../../../shared/ports/uses.ts';

const resources = {
  table: 'microprocess-dev',
  objects: 'microprocess-dev-objects',
  split: 'https://sqs.example/split',
  work: 'https://sqs.example/work',
  aggregate: 'https://sqs.example/aggregate',
  calls: 'https://sqs.example/calls',
  endpoint: 'https://squares-queue.example',
  endpointAuth: 'IAM',
  callbackUrl: 'https://callbacks.example',
  callbackKey: 'callback-key',
  reportLinkUrl: 'https://links.example',
  reportLinkKey: 'link-key',
  mail: 'reports@example.com',
  mailSet: 'bounces',
  events: 'bus',
  reduceDigest: 'today',
};
const FORWARDER = SYSTEM.functions.forwarder.uses;
const AGGREGATOR = SYSTEM.functions.aggregator.uses;
const read = (uses: Uses, env: Record<string, string | undefined>) =>
  readResources(uses, { AWS_REGION: 'us-east-1', ...env });

test('a function has the variables of what it uses, and no other', () => {
  expect(environmentOf(FORWARDER, resources)).toEqual({
    MP_TABLE: 'microprocess-dev',
    MP_BUCKET: 'microprocess-dev-objects',
    MP_SPLIT_QUEUE_URL: 'https://sqs.example/split',
    MP_WORK_QUEUE_URL: 'https://sqs.example/work',
    MP_AGGREGATE_QUEUE_URL: 'https://sqs.example/aggregate',
    MP_ENDPOINT_URL: 'https://squares-queue.example',
    MP_ENDPOINT_AUTH: 'IAM',
    MP_CALLBACK_URL: 'https://callbacks.example',
    MP_CALLBACK_KEY: 'callback-key',
  });
  expect(environmentOf({}, resources)).toEqual({});
});

test.each(Object.entries<{ readonly uses: Uses }>(SYSTEM.functions))(
  'what is set for the %s is what it reads',
  (_, { uses }) => {
    const { region, read: get } = read(uses, environmentOf(uses, resources));
    expect(region).toBe('us-east-1');
    const env = environmentOf(uses, resources);
    mapValues(RESOURCES, ({ variable }, name) => variable in env && expect(get(name)).toBe(resources[name]));
  },
);

test('mail and events can be off', () => {
  const { MP_MAIL_FROM: _mail, MP_EVENT_BUS: _bus, ...rest } = environmentOf(AGGREGATOR, resources);
  const { read: get } = read(AGGREGATOR, rest);
  expect([get('mail'), get('events')]).toEqual(['', '']);
});

describe.each([
  ['forwarder', FORWARDER, environmentOf(FORWARDER, resources)],
  ['aggregator', AGGREGATOR, environmentOf(AGGREGATOR, resources)],
])('the %s', (_, uses, env) => {
  const needed = Object.keys(env).filter(
    (name) => !/^MP_(?:MAIL_(?:FROM|SET)|EVENT_BUS|(?:CALLBACK|REPORT_LINK)_(?:URL|KEY))$/.test(name),
  );

  test.each([...needed, 'AWS_REGION'])('does not start without %s, and names it', (name) => {
    expect(() => read(uses, { ...env, [name]: undefined })).toThrow(`${name}:`);
    expect(() => read(uses, { ...env, [name]: '' })).toThrow(`${name}:`);
  });

  test('names all that is wrong at once', () => {
    expect(() => readResources(uses, {})).toThrow(
      new RegExp([...needed, 'AWS_REGION'].map((name) => `${name}: .*`).join('')),
    );
  });
});

test.each([
  ['MP_ENDPOINT_URL', 'file:///etc/passwd'],
  ['MP_ENDPOINT_URL', 'squares'],
  ['MP_ENDPOINT_AUTH', 'iam'],
])('%s can not be %s', (name, value) => {
  const env = environmentOf(FORWARDER, resources);
  expect(() => read(FORWARDER, { ...env, [name]: value })).toThrow(`${name}:`);
});
