import { readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SYSTEM } from '../../functions/system.ts';
import { withEnvironment } from '../cli/support.ts';
import { FIXTURE_PROJECT } from '../fixtures/project.ts';

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const docs = text('docs/cdk.md');
const production = text('docs/production.md');

const folder = process.cwd();
let restore: () => void;
beforeAll(() => {
  // As the CDK's command line calls an app, but that nothing is bundled.
  restore = withEnvironment({
    CDK_CONTEXT_JSON: JSON.stringify({ 'aws:cdk:bundling-stacks': [] }),
    CDK_VALIDATION: 'false',
  });
  process.chdir(FIXTURE_PROJECT);
});
afterAll(() => {
  process.chdir(folder);
  restore();
});

test('the code in the docs is what is compiled here, and what `init` writes', () => {
  const shown = [...docs.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);
  expect(shown).toEqual(['cli/template/app.ts', 'docs/examples/cdk-app.ts', 'docs/examples/cdk-options.ts'].map(text));
});

test('the app in ten lines synthesizes, and its pipeline calls the clone', async () => {
  expect(text('docs/examples/cdk-app.ts').trimEnd().split('\n')).toHaveLength(10);
  expect(text('README.md')).toContain(text('docs/examples/cdk-app.ts'));
  const { stack } = await import('../../docs/examples/cdk-app.ts');
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/microprocess/prod/scores' });
  template.hasResourceProperties('AWS::Lambda::Function', {
    Description: Match.stringLikeRegexp('^scores: calls'),
    Environment: {
      Variables: Match.objectLike({
        MP_ENDPOINT_URL: { 'Fn::Join': ['', Match.arrayWith(['https://'])] },
        MP_ENDPOINT_AUTH: 'IAM',
      }),
    },
  });
}, 60_000);

test('the app with all its options synthesizes', async () => {
  const { jobs } = await import('../../docs/examples/cdk-options.ts');
  expect([...jobs.pipelines.keys()]).toEqual(['nightly-audit', 'scores']);
  const scores = jobs.pipelines.get('scores');
  if (!scores) throw new Error('There is no pipeline scores.');
  Template.fromStack(Stack.of(scores)).hasResourceProperties('AWS::Lambda::Function', {
    Description: Match.stringLikeRegexp('^scores: reduces'),
    MemorySize: 3_008,
    VpcConfig: Match.anyValue(),
  });
  expect(App.isApp(jobs.node.root)).toBe(true);
}, 60_000);

test('what the docs add to a stack for each kind of clone is what is compiled', () => {
  const shown = [...text('docs/clone.md').matchAll(/```diff\n([\s\S]*?)```/g)];
  expect(shown.map(([, diff = '']) => diff.replace(/^[+ ]/gm, ''))).toEqual(
    ['function', 'service', 'task', 'image', 'web-function', 'url'].map((name) =>
      text(`docs/examples/clone-${name}.ts`),
    ),
  );
});

// Of a function, a task and an address the same is tested where the constructs are.
test.each([
  ['an ECS service', () => import('../../docs/examples/clone-service.ts'), '"https://companies-queue.example.com"'],
  ['an image', () => import('../../docs/examples/clone-image.ts'), 'http://.*CompaniesCloneBalancer'],
  ['a web function', () => import('../../docs/examples/clone-web-function.ts'), 'CompaniesClone.*DomainName'],
])(
  'the clone of %s in the docs synthesizes, and its pipeline calls that clone',
  async (_, load, url) => {
    const { stack } = await load();
    const [forwarder] = Object.values(Template.fromStack(stack).findResources('AWS::Lambda::Function')).filter(
      ({ Properties }) => String(Properties.Description).startsWith('scores: calls'),
    );
    expect(JSON.stringify(forwarder?.Properties.Environment.Variables.MP_ENDPOINT_URL)).toMatch(new RegExp(url));
    expect(Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('microprocess:image'))).toEqual([]);
  },
  60_000,
);

test('deployed by CI: one role to assume, the qualifier in every name, the boundary on every role', async () => {
  expect(production).toContain(text('docs/examples/deployed-by-ci.ts'));
  const { ci, jobs } = await import('../../docs/examples/deployed-by-ci.ts');
  const within = jobs.node.findAll().filter((each): each is Stack => Stack.isStack(each));
  expect(within.length).toBeGreaterThan(3);
  for (const stack of [ci, ...within])
    for (const [id, { Properties }] of Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Role')))
      expect(JSON.stringify(Properties.PermissionsBoundary), id).toContain(':policy/developers');
  for (const [, { Properties }] of Object.entries(Template.fromStack(ci).findResources('AWS::IAM::Policy')))
    expect(Properties.PolicyDocument.Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRole',
        Resource: 'arn:aws:iam::123456789012:role/cdk-jobs-*-role-123456789012-eu-west-1',
      },
    ]);
  expect(Template.fromStack(ci).toJSON().Parameters.BootstrapVersion.Default).toBe('/cdk-bootstrap/jobs/version');
}, 60_000);

test('in a network without NAT: a way to each service, and all functions in it', async () => {
  expect(production).toContain(text('docs/examples/in-a-network.ts'));
  const { jobs, network } = await import('../../docs/examples/in-a-network.ts');
  const ways = Object.values(Template.fromStack(network).findResources('AWS::EC2::VPCEndpoint')).map(({ Properties }) =>
    `${Properties.VpcEndpointType} ${JSON.stringify(Properties.ServiceName)}`.replace(/^(\w+) .*\.(\w+)\W*$/, '$1 $2'),
  );
  expect(ways.sort()).toEqual([
    'Gateway dynamodb',
    'Gateway s3',
    'Interface email',
    'Interface events',
    'Interface secretsmanager',
    'Interface sqs',
  ]);
  for (const pipeline of jobs.pipelines.values()) {
    const functions = Object.values(Template.fromStack(Stack.of(pipeline)).findResources('AWS::Lambda::Function'));
    expect(functions.length).toBeGreaterThan(4);
    for (const { Properties } of functions) expect(Properties.VpcConfig, Properties.Description).toBeDefined();
  }
}, 60_000);

test('the docs say what each function calls from a network', () => {
  const [, rows = ''] = production.split('| function | DynamoDB | S3 | SQS | Secrets Manager | EventBridge | SES |\n');
  const documented = [...rows.matchAll(/^ {2}\| ([a-z-]+) \|(.*)\|$/gm)].slice(0, Object.keys(SYSTEM.functions).length);
  const said = documented.map(([, name, cells = '']) => [name, cells.split('|').map((cell) => cell.trim() !== '')]);
  const called = Object.entries(SYSTEM.functions).map(([name, { uses }]) => {
    const has = (...kinds: string[]) => kinds.some((kind) => kind in uses);
    const secrets = has('source', 'endpoint', 'callbacks', 'reportLinks', 'channels');
    return [
      name,
      [has('table'), has('objects'), has('split', 'work', 'aggregate', 'calls'), secrets, has('events'), has('mail')],
    ];
  });
  expect(said).toEqual(called);
});

test('the docs have a row for each property, and no other', () => {
  const documented = [...docs.matchAll(/^\| (`\w+`(?: \/ `\w+`)*) \| .* \|$/gm)].flatMap(([, names = '']) =>
    [...names.matchAll(/\w+/g)].map(([name]) => name),
  );
  const sources = [
    'function-options',
    'constructs/platform',
    'constructs/pipeline',
    'constructs/http-api',
    'constructs/queue-dedicated-clone',
    'constructs/fargate-clone-props',
    'constructs/clone-place',
    'constructs/web-function-clone',
  ];
  const declared = [...sources, 'stacks/microprocess'].flatMap((path) => {
    const blocks = text(`infra/${path}.ts`).matchAll(
      /export (?:interface|type) \w+(?:Props|Options|Network)\s[\s\S]*?\n(?:\}| {2}\);)\n/g,
    );
    return [...blocks].flatMap(([block]) => [...block.matchAll(/^ +readonly (\w+)\??:/gm)].map(([, name]) => name));
  });
  const ofMail = ['from', 'identity', 'configurationSet', 'issuer', 'audience', 'jwksUrl', 'scopePrefix'];
  expect(declared.length).toBeGreaterThan(25);
  expect([...new Set(documented)].sort()).toEqual(
    [...new Set(declared.filter((name) => name && !ofMail.includes(name)))].sort(),
  );
});
