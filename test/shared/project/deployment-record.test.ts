import { expect, test } from 'vitest';
import {
  type Deployment,
  deploymentOutput,
  deploymentRecord,
  readDeployment,
} from '../../../shared/project/deployment-record.ts';

const written: Deployment = deploymentRecord({
  pipeline: 'credit-scores',
  resources: { table: 't', objects: 'o', split: 's', work: 'w', aggregate: 'a', endpoint: 'https://e', mail: '' },
  functions: { splitter: 'stage-splitter', forwarder: 'stage-forwarder', sweeper: 'stage-sweeper' },
});
const read = (value: unknown) =>
  readDeployment(
    { CreditScoresDeployment: typeof value === 'string' ? value : JSON.stringify(value) },
    'credit-scores',
  );

test('a record is read as it was written, by the output that carries its pipeline’s name', () => {
  expect(deploymentOutput('credit-scores')).toBe('CreditScoresDeployment');
  expect(read(written)).toEqual(written);
  expect(readDeployment({ ScoresDeployment: JSON.stringify(written) }, 'credit-scores')).toBeUndefined();
});

test('what a later release adds is ignored', () => {
  const { resources } = written;
  expect(read({ ...written, release: '2.0.0', resources: { ...resources, budget: 'b' } })).toEqual(written);
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
