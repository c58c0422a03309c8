import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { afterAll, expect, test } from 'vitest';
import { Microprocess, type MicroprocessProps } from '../../../infra/index.ts';
import { definePipeline, type Pipeline } from '../../../shared/author/definition.ts';
import { list } from '../../../shared/author/sources/list.ts';
import { FIXTURE_PROJECT } from '../../fixtures/project.ts';
import { deploying, engineOf, removeSynths, SYNTH_MS, synth, withoutBundles } from '../synth.ts';

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

const TAGGED = [{ Key: 'team', Value: 'scoring' }];

/** What Lambda is told of the functions of a template, by the first words of their description. */
const functionOf = (template: Template, description: string) =>
  Object.values(template.findResources('AWS::Lambda::Function')).find(({ Properties }) =>
    String(Properties.Description).startsWith(description),
  )?.Properties;

test(
  'options of a stage hold for all of it, those of one pipeline or service for that alone',
  async () => {
    const boundary = 'arn:aws:iam::123456789012:policy/as-far-as-here';
    const readsCompanies = new PolicyStatement({ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::companies/*'] });
    const app = new App(withoutBundles());
    const props: MicroprocessProps = {
      stage: 'eu-2',
      stackName: 'jobs',
      project: FIXTURE_PROJECT,
      pipelines: ['a', 'b'],
      environment: { LOG_LEVEL: 'DEBUG' },
      tags: { team: 'scoring' },
      removalPolicy: RemovalPolicy.DESTROY,
      permissionsBoundary: ManagedPolicy.fromManagedPolicyArn(app, 'Boundary', boundary),
      pipelineOptions: { b: { memoryMB: { forwarder: 2_048 }, environment: { LOG_LEVEL: 'WARN' } } },
      cloneOptions: { companies: { memoryMB: 256, reservedConcurrency: 7, grants: [readsCompanies] } },
      endpoints: { elsewhere: 'https://elsewhere.internal' },
    };
    const engine = engineOf([pipelineOf('a', 'elsewhere'), pipelineOf('b')]);
    const stack = new Microprocess(app, 'Jobs', props, engine);
    const templates = new Map([...stack.pipelines].map(([name, of]) => [name, Template.fromStack(Stack.of(of))]));
    const forwarder = (name: string) => functionOf(templates.get(name) ?? Template.fromStack(stack), `${name}: calls`);
    expect(stack.stackName).toBe('jobs');
    expect(forwarder('a')).toMatchObject({ MemorySize: 1_024, Tags: expect.arrayContaining(TAGGED) });
    expect(forwarder('a')?.Environment.Variables).toMatchObject({
      LOG_LEVEL: 'DEBUG',
      MP_ENDPOINT_URL: 'https://elsewhere.internal',
    });
    expect(forwarder('b')).toMatchObject({ MemorySize: 2_048, Tags: expect.arrayContaining(TAGGED) });
    expect(forwarder('b')?.Environment.Variables).toMatchObject({ LOG_LEVEL: 'WARN', MP_ENDPOINT_AUTH: 'IAM' });
    expect([...stack.clones.keys()]).toEqual(['companies']);
    const service = Template.fromStack(Stack.of([...stack.clones.values()][0] ?? stack));
    expect(functionOf(service, 'companies, queue')).toMatchObject({
      MemorySize: 256,
      ReservedConcurrentExecutions: 7,
      Timeout: 10,
      // Lambda's own two lines for each call would cost more than the orchestration.
      LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' },
    });
    const reading = Object.values(service.findResources('AWS::IAM::Policy')).filter(({ Properties }) =>
      JSON.stringify(Properties).includes('arn:aws:s3:::companies/*'),
    );
    expect(reading.flatMap(({ Properties }) => Properties.Roles)).toEqual([
      { Ref: expect.stringMatching(/^ServiceLiveRole/) },
      { Ref: expect.stringMatching(/^ServiceQueueRole/) },
    ]);
    expect(functionOf(service, 'companies, live')).not.toHaveProperty('ReservedConcurrentExecutions');
    const platform = Template.fromStack(Stack.of(stack.platform));
    for (const template of [platform, service, ...templates.values()])
      for (const [id, { Properties }] of Object.entries(template.findResources('AWS::IAM::Role')))
        expect(Properties.PermissionsBoundary, id).toBe(boundary);
    templates.get('a')?.hasResourceProperties('AWS::SSM::Parameter', { Name: '/microprocess/eu-2/a' });
  },
  SYNTH_MS,
);

test.each([
  [{ pipelineOptions: { scorez: {} } }, 'Jobs: a key of pipelineOptions must be one of: "a"; received "scorez".'],
  [{ cloneOptions: { a: {} } }, 'Jobs: a key of cloneOptions must be one of: "companies"; received "a".'],
  [
    { endpoints: { a: { url: 'https://a', auth: 'NONE' } as const } },
    'Jobs: a key of endpoints must be one of: "companies"; received "a".',
  ],
])('options of what is not there are refused: %j', (props, message) => {
  const project = { stage: 'dev', project: FIXTURE_PROJECT, pipelines: ['a'] };
  expect(
    () => new Microprocess(new App(withoutBundles()), 'Jobs', { ...project, ...props }, engineOf([pipelineOf('a')])),
  ).toThrow(message);
});

test.each([
  [
    { project: '/nope' },
    'Jobs: project must be a folder with a pipeline in pipelines/<name>/index.ts; received "/nope".',
  ],
  [{ project: `${FIXTURE_PROJECT}/services` }, 'Jobs: project must be a folder with a pipeline'],
  [{ project: FIXTURE_PROJECT, pipelines: [] }, 'Jobs: pipelines must be left out, or paths of definitions'],
  [{ projekt: FIXTURE_PROJECT }, 'Jobs: projekt must be left out: it is none of '],
])('a stage without pipelines would take those away that are deployed, and is refused: %j', (props, message) => {
  expect(() => new Microprocess(new App(withoutBundles()), 'Jobs', { stage: 'dev', ...props })).toThrow(message);
});
