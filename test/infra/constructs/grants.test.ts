import { Match, type Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { SYSTEM } from '../../../functions/system.ts';
import { dynamoTable } from '../../../shared/adapters/sources/dynamo-table.ts';
import { httpList } from '../../../shared/adapters/sources/http-list.ts';
import { definePipeline } from '../../../shared/author/definition.ts';
import { mergeFiles } from '../../../shared/author/outputs/merge-files.ts';
import { csv } from '../../../shared/author/sources/csv.ts';
import { jsonl } from '../../../shared/author/sources/jsonl.ts';
import { objects } from '../../../shared/author/sources/objects.ts';
import { deploying, removeSynths, SYNTH_MS, synth } from '../synth.ts';

afterAll(removeSynths);

const statement = z.object({
  Effect: z.literal('Allow'),
  Action: z.union([z.string(), z.array(z.string())]).transform((actions) => [actions].flat()),
  Resource: z.unknown().transform((resource) => [resource].flat().map((one) => JSON.stringify(one))),
  Condition: z.unknown().optional(),
});
/** Those of a pipeline; the platform's are tested beside its construct. */
const FUNCTIONS = Object.entries(SYSTEM.functions).flatMap(([name, declared]) =>
  declared.scope === 'pipeline' && declared.isFor === undefined ? [name] : [],
);

type Statement = z.infer<typeof statement>;
const policies = z.array(
  z.object({
    Properties: z.object({ PolicyDocument: z.object({ Statement: z.array(statement) }), Roles: z.unknown() }),
  }),
);

let template: Template;
beforeAll(async () => {
  template = (await synth({ mailFrom: 'reports@your-company.com' })).template('scores');
}, SYNTH_MS);

/** All a function's role may do. */
function allowed(name: string): Statement[] {
  const role = `Pipeline${name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())}Role`;
  const all = policies.parse(Object.values(template.findResources('AWS::IAM::Policy')));
  return all
    .filter(({ Properties }) => JSON.stringify(Properties.Roles).includes(role))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

describe.each(FUNCTIONS)('%s', (name) => {
  test('has no wildcard but its own objects, and configuration sets, which send nothing without an identity', () => {
    const statements = allowed(name);
    expect(statements.length).toBeGreaterThan(3);
    for (const { Action, Resource } of statements) {
      expect(Action.filter((action) => action.includes('*'))).toEqual([]);
      const wild = Resource.filter((resource) => resource.includes('*'));
      const own = Action.includes('ses:SendEmail') ? ':configuration-set/*"' : '/runs/scores/*';
      if (wild.length > 0) expect([wild.length, wild[0]]).toEqual([1, expect.stringContaining(own)]);
    }
  });

  test("reads and writes records under its pipeline's leading keys alone", () => {
    const records = allowed(name).filter(({ Action }) => Action.some((action) => action.startsWith('dynamodb:')));
    expect(records.length).toBeGreaterThan(0);
    for (const { Condition, Action } of records) {
      const fences = [['P#scores', 'P#scores#*'], ...(name === 'forwarder' ? [['E#companies'], ['R#scores']] : [])];
      expect(fences.map((keys) => ({ 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } }))).toContainEqual(
        Condition,
      );
      // These don't name keys, so the fence wouldn't hold them.
      expect(Action).not.toContain('dynamodb:Scan');
    }
  });
});

test.each([
  ['lambda:InvokeFunctionUrl', ['forwarder']],
  ['lambda:InvokeFunction', ['forwarder']],
  ['ses:SendEmail', ['aggregator']],
  ['events:PutEvents', ['aggregator']],
  ['s3:AbortMultipartUpload', ['aggregator']],
])('only %s: %j', (action, who) => {
  expect(FUNCTIONS.filter((name) => allowed(name).some(({ Action }) => Action.includes(action)))).toEqual(who);
});

test('calls to the clone are IAM-signed, and reach the clone alone', () => {
  const calls = allowed('forwarder').filter(({ Action }) => Action.some((action) => action.startsWith('lambda:')));
  expect(calls.map(({ Condition }) => Condition)).toEqual([
    { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
    { Bool: { 'lambda:InvokedViaFunctionUrl': true } },
  ]);
  for (const { Resource } of calls) expect(Resource).toEqual([expect.stringMatching(/ServiceQueue[0-9A-F]+/)]);
});

test("mail is sent from the stage's identity, by whichever set it has by default", () => {
  const [mail] = allowed('aggregator').filter(({ Action }) => Action.includes('ses:SendEmail'));
  expect(mail?.Resource).toEqual([
    expect.stringMatching(/:identity\/[^*]+$/),
    expect.stringMatching(/:configuration-set\/\*"/),
  ]);
});

test(
  'without a sender nobody may send, and the output says so',
  async () => {
    const app = await synth();
    expect(JSON.stringify(app.template('scores').toJSON())).not.toContain('ses:SendEmail');
    app.template().hasOutput('Mail', { Value: Match.stringLikeRegexp('^off: .*-c mailFrom=') });
  },
  SYNTH_MS,
);

test(
  'what a source declares to read is granted to the splitter alone, and exactly',
  async () => {
    const source = csv('s3://companies/in/all.csv');
    const endpoint = { service: 'companies', path: '/score' };
    const definition = definePipeline({ name: 'scores', source, endpoint });
    const list = httpList({ path: '/companies' });
    const auth = { type: 'bearer', secret: 'lists/key' } as const;
    const elsewhere = httpList({ url: 'https://lists.example.com', auth, path: '/companies' });
    const own = definePipeline({ name: 'own', source: list, endpoint });
    const theirs = definePipeline({ name: 'theirs', source: elsewhere, endpoint });
    const tables = definePipeline({ name: 'tables', source: dynamoTable('companies'), endpoint });
    const outputs = { merged: mergeFiles({ files: 's3://scans/out/' }) };
    const below = definePipeline({ name: 'below', source: jsonl('s3://companies/in/'), endpoint, outputs });
    const listed = definePipeline({ name: 'listed', source: objects('s3://companies/pdf/'), endpoint });
    const app = await synth({}, deploying(definition, own, theirs, tables, below, listed));
    const may = (pipeline: string, action: string) => {
      template = app.template(pipeline);
      return FUNCTIONS.filter((name) => allowed(name).some(({ Action }) => Action.includes(action)));
    };
    // A list of the pipeline's own endpoint is called as children are, one of another service with its secret.
    expect(may('scores', 'lambda:InvokeFunctionUrl')).toEqual(['forwarder']);
    expect(may('own', 'lambda:InvokeFunctionUrl')).toEqual(['splitter', 'forwarder']);
    expect(may('own', 'secretsmanager:GetSecretValue')).toEqual([]);
    expect(may('theirs', 'lambda:InvokeFunctionUrl')).toEqual(['forwarder']);
    expect(may('theirs', 'secretsmanager:GetSecretValue')).toEqual(['splitter']);
    const asked = allowed('splitter').find(({ Action }) => Action.includes('secretsmanager:GetSecretValue'));
    expect(asked?.Resource).toEqual([expect.stringMatching(/:secret:lists\/key-\?{6}"/)]);
    // Of the user's bucket, beside the pipeline's own objects.
    const ofBucket = (action: string) =>
      allowed('splitter').filter(
        ({ Action, Resource }) => Action.includes(action) && Resource.some((one) => one.includes('s3:::companies')),
      );
    expect(may('below', 's3:ListBucket')).toEqual(['splitter']);
    expect(ofBucket('s3:GetObject')).toMatchObject([{ Resource: [expect.stringContaining(':s3:::companies/in/*"')] }]);
    expect(ofBucket('s3:ListBucket')).toMatchObject([{ Condition: { StringEquals: { 's3:prefix': 'in/' } } }]);
    // What its outputs include is the aggregator's to read, and nobody else's.
    const included = FUNCTIONS.filter((name) =>
      allowed(name).some(({ Resource }) => Resource.join().includes(':scans/')),
    );
    expect(included).toEqual(['aggregator']);
    expect(allowed('aggregator').find(({ Resource }) => Resource.join().includes(':scans/'))).toMatchObject({
      Action: ['s3:GetObject'],
      Resource: [expect.stringContaining(':s3:::scans/out/*"')],
    });
    expect(may('listed', 's3:ListBucket')).toEqual(['splitter']);
    expect(ofBucket('s3:GetObject')).toEqual([]);
    expect(may('tables', 'dynamodb:Scan')).toEqual(['splitter']);
    const scanned = allowed('splitter').find(({ Action }) => Action.includes('dynamodb:Scan'));
    expect(scanned).toMatchObject({
      Action: ['dynamodb:Scan'],
      Resource: [expect.stringMatching(/:table\/companies"/)],
    });
    template = app.template('scores');
    const reading = FUNCTIONS.filter((name) =>
      allowed(name).some(({ Resource }) => Resource.join().includes('companies/in')),
    );
    expect(reading).toEqual(['splitter']);
    const statement = allowed('splitter').find(({ Resource }) => Resource.join().includes('companies/in'));
    expect(statement?.Action).toEqual(['s3:GetObject']);
    expect(statement?.Resource).toEqual([expect.stringMatching(/:s3:::companies\/in\/all\.csv"/)]);
  },
  SYNTH_MS,
);
