import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { type IdleLine, idleCost, NOTHING_STANDS, totalDollars } from '../../shared/domain/idle-cost.ts';
import type { Microprocess } from '../stacks/microprocess.ts';
import { standingIn } from './standing.ts';

const table = (title: string, lines: readonly IdleLine[]) =>
  [
    `| ${title} | $ a month | buys |`,
    '|---|---|---|',
    ...lines.map(({ what, buys, dollars }) => `| ${what} | ${dollars.toFixed(2)} | ${buys} |`),
    `| in all | ${totalDollars(lines).toFixed(2)} | |`,
  ].join('\n');

const ROOM = 'people hear of requests that are refused';

/** What a stage costs at rest, by its synthesized templates: of its first pipeline and first service, as the docs show it. */
export function idleTables({ platform, pipelines, clones }: Microprocess): string {
  const lines = (of: Parameters<typeof Stack.of>[0] | undefined) =>
    of === undefined ? [] : idleCost(standingIn(Template.fromStack(Stack.of(of)).toJSON()));
  const [pipeline] = pipelines.values();
  const [service] = clones.values();
  const service1 = lines(service).map((line) => ({ ...line, buys: 'people hear of a service that crashes' }));
  const [alarm, key] = idleCost({ ...NOTHING_STANDS, alarms: 1, secrets: 1 });
  const added = [
    ...(alarm
      ? [
          { ...alarm, what: 'callbacks: an alarm', buys: ROOM },
          { ...alarm, what: 'links in mails: an alarm', buys: ROOM },
        ]
      : []),
    ...(key ? [{ ...key, what: `once a stage, in its platform: ${key.what}` }] : []),
  ];
  return [
    table('A pipeline', lines(pipeline)),
    table('Public functions add', added),
    table('A service that is deployed here', service1),
    table('The platform of a stage without public functions', lines(platform)),
  ].join('\n\n');
}
