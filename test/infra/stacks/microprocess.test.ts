import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, expect, test } from 'vitest';
import { definePipeline, type Pipeline } from '../../../shared/author/definition.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { deploying, removeSynths, SYNTH_MS, synth } from '../synth.ts';

afterAll(removeSynths);

const notHere = (): never => {
  throw new Error('Nothing is reduced here.');
};
function pipelineOf(name: string, service = 'companies'): Pipeline {
  return definePipeline({
    name,
    source: list(() => []),
    endpoint: { service, path: '/' },
    reduce: { columns: [], cells: () => [], start: notHere },
  });
}
/** What CloudFormation takes. */
const LIMITS = { resources: 500, outputs: 200, nameLength: 255 };

test(
  'plain `cdk deploy` has one stack to deploy, with everything nested in it',
  async () => {
    const { app, template } = await synth({ stage: 'prod' }, deploying(pipelineOf('a'), pipelineOf('b-c')));
    expect(app.synth().stacks.map(({ stackName }) => stackName)).toEqual(['microprocess-prod']);
    const nested = Object.keys(template().findResources('AWS::CloudFormation::Stack'));
    expect(nested.sort()).toEqual(['APipeline', 'BCPipeline', 'CompaniesService', 'Platform']);
    expect(Object.keys(template().findOutputs('*')).sort()).toEqual(
      ['ASplitter', 'CompaniesLiveUrl', 'Alarms', 'BCSplitter', 'Bucket', 'Mail', 'Table'].sort(),
    );
  },
  SYNTH_MS,
);

test(
  "a pipeline's stack doesn't depend on the others: adding or removing one leaves it as it is",
  async () => {
    const alone = await synth({}, deploying(pipelineOf('a')));
    const both = await synth({}, deploying(pipelineOf('a'), pipelineOf('b')));
    expect(both.template('a').toJSON()).toEqual(alone.template('a').toJSON());
  },
  SYNTH_MS,
);

test(
  'the longest names and many pipelines stay within what CloudFormation takes',
  async () => {
    const names = Array.from({ length: 50 }, (_, n) => `${n}-${'x'.repeat(48)}`.slice(0, 48));
    const { stack, template } = await synth({}, deploying(...names.map((name) => pipelineOf(name))));
    const [first = ''] = names;
    for (const each of [template(), template(first), Template.fromStack(Stack.of(stack.platform))]) {
      const { Parameters = {}, Resources = {}, Outputs = {} } = each.toJSON();
      expect(Object.keys(Resources).length).toBeLessThanOrEqual(LIMITS.resources);
      expect(Object.keys(Outputs).length).toBeLessThanOrEqual(LIMITS.outputs);
      const longest = Math.max(...[Parameters, Resources, Outputs].flatMap(Object.keys).map(({ length }) => length));
      expect(longest).toBeLessThanOrEqual(LIMITS.nameLength);
    }
  },
  SYNTH_MS,
);

test(
  'names that differ only in what CloudFormation does not take are deployed apart',
  async () => {
    const names = ['a-b', 'a_b', 'aB', 'ab', '_nightly', '-nightly', 'a1', 'a-1', '-', '_'];
    const services = mkdtempSync(join(tmpdir(), 'microprocess-services-'));
    for (const name of names) {
      mkdirSync(join(services, 'services', name), { recursive: true });
      writeFileSync(join(services, 'services', name, 'lambda.ts'), 'export const handler = () => undefined;');
    }
    const pipelines = names.map((name) => pipelineOf(name, name));
    const { stack, template } = await synth({}, { ...deploying(...pipelines), project: services });
    rmSync(services, { recursive: true });
    const nested = Object.keys(template().findResources('AWS::CloudFormation::Stack'));
    expect(nested).toHaveLength(2 * names.length + 1);
    for (const id of [...nested, ...Object.keys(template().findOutputs('*'))])
      expect(id).toMatch(/^[A-Za-z0-9]{1,255}$/);
    expect([...stack.pipelines.keys()].sort()).toEqual([...names].sort());
  },
  SYNTH_MS,
);

test(
  'a service that is not there stops the synthesis, naming the pipeline, the field and what there is',
  async () => {
    await expect(synth({}, deploying(pipelineOf('a', 'scores')))).rejects.toThrow(
      /"a" is not valid:\n {2}endpoint\.service: .*lambda\.ts; there is: companies\. Add services\/scores\/lambda\.ts, .*\(received "scores"\)/,
    );
  },
  SYNTH_MS,
);
