import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { OPERATOR_USES } from '../../../shared/lambda/operator.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { removeSynths, SYNTH_MS, synth } from '../synth.ts';

afterAll(removeSynths);

const statement = z.object({
  Effect: z.literal('Allow'),
  Action: z.union([z.string(), z.array(z.string())]).transform((actions) => [actions].flat()),
  Resource: z.unknown(),
  Condition: z.unknown().optional(),
});
const policy = z.object({ Description: z.string(), PolicyDocument: z.object({ Statement: z.array(statement) }) });

let template: Template;
beforeAll(async () => {
  template = (await synth({ mailFrom: 'reports@mail.your-company.com' })).template('scores');
}, SYNTH_MS);

function statementsOf(begins: string) {
  const all = Object.values(template.findResources('AWS::IAM::ManagedPolicy')).map(({ Properties }) =>
    policy.parse(Properties),
  );
  const [found] = all.filter(({ Description }) => Description.startsWith(begins));
  return found?.PolicyDocument.Statement ?? expect.fail(`No policy ${begins}.`);
}
const actionsOf = (begins: string) => statementsOf(begins).flatMap(({ Action }) => Action);
const VIEWER = 'Looks at runs of scores at stage dev';
const OPERATOR = 'Starts and steers runs of scores at stage dev';

/** Commands of the SDK's whose action has another name, or that everybody may. */
const NAMED: Readonly<Record<string, string | null>> = {
  Invoke: 'InvokeFunction',
  HeadBucket: 'ListBucket',
  GetCallerIdentity: null,
};

test('whatever a command asks AWS for, the two policies allow', () => {
  const files = readdirSync(join(PACKAGE_DIR, 'cli'), { recursive: true, encoding: 'utf8' });
  const sources = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(PACKAGE_DIR, 'cli', file), 'utf8'));
  const asked = sources.flatMap((source) => [...source.matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => name));
  const allowed = new Set([...actionsOf(VIEWER), ...actionsOf(OPERATOR)].map((action) => action.split(':')[1]));
  expect(asked.length).toBeGreaterThan(10);
  for (const name of asked) {
    const action = NAMED[name] === undefined ? name : NAMED[name];
    if (action !== null) expect(allowed, name).toContain(action);
  }
  for (const right of OPERATOR_USES.table['P#'].filter((of) => of !== 'query-index' && of !== 'batch-get'))
    expect(allowed).toContain(`${right[0]?.toUpperCase()}${right.slice(1)}${right === 'query' ? '' : 'Item'}`);
});

test('viewers change nothing, and neither policy has a right that the docs do not name', () => {
  const docs = readFileSync(join(PACKAGE_DIR, 'docs/cli.md'), 'utf8').split('## Rights at a stage')[1] ?? '';
  for (const action of actionsOf(VIEWER)) expect(action).toMatch(/:(?:Get|List|Describe|Query|BatchGet)/);
  for (const action of [...actionsOf(VIEWER), ...actionsOf(OPERATOR)]) expect(docs).toContain(action.split(':')[1]);
});

test('viewers may look at each identity that may let the sender send', () => {
  const [sender] = statementsOf(VIEWER).filter(({ Action }) => Action.includes('ses:GetEmailIdentity'));
  const names = JSON.stringify(sender?.Resource).match(/:identity\/[^"]+/g);
  expect(names).toEqual(
    ['reports@mail.your-company.com', 'mail.your-company.com', 'your-company.com'].map((name) => `:identity/${name}`),
  );
});

test("records are those under the pipeline's leading keys", () => {
  for (const { Action, Condition } of [...statementsOf(VIEWER), ...statementsOf(OPERATOR)])
    if (Action.some((action) => action.startsWith('dynamodb:') && action !== 'dynamodb:DescribeTable'))
      expect([['P#scores', 'P#scores#*'], ['E#companies']]).toContainEqual(
        z
          .object({
            'ForAllValues:StringLike': z.object({
              'dynamodb:LeadingKeys': z.union([z.array(z.string()), z.string().transform((key) => [key])]),
            }),
          })
          .parse(Condition)['ForAllValues:StringLike']['dynamodb:LeadingKeys'],
      );
});
