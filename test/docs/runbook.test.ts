import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { FAILED, FAILING } from '../../infra/constructs/pipeline-alarms.ts';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';

const text = (path: string) => readFileSync(`${PACKAGE_DIR}/${path}`, 'utf8');
const runbook = text('docs/runbook.md');

test('each alarm has a paragraph, and each paragraph an alarm', () => {
  const sources = readdirSync(`${PACKAGE_DIR}/infra/constructs`)
    .map((name) => text(`infra/constructs/${name}`))
    .join();
  const alarms = sources.split('new StatedAlarm(').slice(1);
  const pages = [...new Set(alarms.map((alarm) => /page: '(\w+)'/.exec(alarm)?.[1]))];
  const headings = [...runbook.matchAll(/^## (\w+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
  expect(alarms).toHaveLength(10);
  expect(pages).not.toContain(undefined);
  expect(headings.sort()).toEqual(pages.sort());
});

test('what alarms count is explained under the alarm that it rings', () => {
  const under = (heading: string) => runbook.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0];
  for (const name of FAILED) expect(under('Failed')).toContain(`| \`${name}\` |`);
  for (const name of FAILING) expect(under('Failing')).toContain(`| \`${name}\` |`);
});
