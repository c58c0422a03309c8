import { expect, test } from 'vitest';
import { SYSTEM } from '../../../functions/system.ts';
import { mapValues } from '../../../shared/domain/records.ts';
import {
  type Deployment,
  deploymentParameter,
  deploymentRecord,
  readDeployment,
} from '../../../shared/project/deployment-record.ts';

const written: Deployment = deploymentRecord({
  pipeline: 'credit-scores',
  release: '1.2.3',
  stack: 'jobs-dev',
  resources: { table: 't', objects: 'o', split: 's', work: 'w', aggregate: 'a', endpoint: 'https://e', mail: '' },
  functions: { splitter: 'stage-splitter', forwarder: 'stage-forwarder', sweeper: 'stage-sweeper' },
});
const read = (value: unknown) =>
  readDeployment(typeof value === 'string' ? value : JSON.stringify(value), '/microprocess/dev/credit-scores');

test('a record is read as it was written, from the parameter of its stage and pipeline', () => {
  expect(deploymentParameter('dev', 'credit-scores')).toBe('/microprocess/dev/credit-scores');
  expect(read(written)).toEqual(written);
});

test('the longest record fits into a parameter of the standard tier', () => {
  const name = 'x'.repeat(64);
  const url = `https://sqs.ap-southeast-2.amazonaws.com.cn/123456789012/${'x'.repeat(80)}`;
  const longest = deploymentRecord({
    pipeline: 'x'.repeat(48),
    release: '10.10.10-beta.10',
    stack: 'x'.repeat(128),
    resources: {
      table: 'x'.repeat(255),
      objects: 'x'.repeat(63),
      split: url,
      work: url,
      aggregate: url,
      endpoint: `https://${'x'.repeat(255)}/${'x'.repeat(255)}`,
      mail: 'x'.repeat(254),
    },
    functions: { ...mapValues(SYSTEM.functions, () => name), splitter: name, forwarder: name },
  });
  expect(JSON.stringify(longest).length).toBeLessThan(4_096);
});

test('a record that says nothing of it means signed calls', () => {
  expect(read(written).resources.endpointAuth).toBe('IAM');
});

test('what a later release adds is ignored', () => {
  const { resources } = written;
  expect(read({ ...written, budget: 'b', resources: { ...resources, budget: 'b' } })).toEqual(written);
  const functions = { ...written.functions, callback: { name: 'c', url: 'https://c.example' } };
  expect(read({ ...written, functions })?.functions).toMatchObject(written.functions);
});

test('only what readers have a name for is written', () => {
  const resources = { ...written.resources, reduceDigest: 'today' };
  expect(deploymentRecord({ ...written, resources })).toEqual(written);
});

test.each([
  ['a newer version', { ...written, version: 2 }, /version 2.*a newer release deployed it/],
  ['a missing resource', { ...written, resources: { table: 't' } }, /resources\.objects.*another release/],
  ['no JSON', 'microprocess', /can't be read \(JSON\)/],
])('%s is refused, and what to do is said', (_, value, message) => {
  expect(() => read(value)).toThrow(message);
});
