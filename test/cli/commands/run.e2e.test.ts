import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import PostalMime from 'postal-mime';
import { max, min, quantileSorted } from 'simple-statistics';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type * as z from 'zod';
import { openLocal } from '../../../cli/targets/local.ts';
import { showChild } from '../../../shared/control/show-child.ts';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { COMPANIES } from '../../fixtures/project/pipelines/scores/companies.ts';
import pipeline from '../../fixtures/project/pipelines/scores/index.ts';
import { reportRows, summarySchema } from '../report-rows.ts';
import { microprocess, temporaryHome } from '../support.ts';

const LIMIT = 1_000;
/** Every process of a run starts here, on a machine that may be busy. */
const SLOW = { timeout: 90_000 };

let place: Awaited<ReturnType<typeof temporaryHome>>;
beforeAll(async () => {
  place = await temporaryHome();
});
afterAll(() => place.close());

/** The command line as a user starts it, in a process of its own. */
async function spawned(...args: readonly string[]) {
  const child = spawn(process.execPath, [join(PACKAGE_DIR, 'cli', 'bin.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await exit, stdout, stderr };
}

describe('a run of the first thousand', () => {
  let ran: Awaited<ReturnType<typeof spawned>>;
  let summary: z.infer<typeof summarySchema>;
  beforeAll(async () => {
    ran = await spawned('run', '--limit', String(LIMIT), '--run-id', 'first', '--json');
    summary = summarySchema.parse(JSON.parse(ran.stdout));
  }, SLOW.timeout);

  test('prints its summary as the only line on stdout, and nothing but progress beside it', async () => {
    expect(ran.code).toBe(0);
    expect(ran.stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(summary).toMatchObject({
      runId: 'first',
      status: 'succeeded',
      counts: { total: LIMIT, succeeded: LIMIT, failed: 0 },
    });
    expect(summarySchema.parse(JSON.parse(await readFile(summary.paths.summary, 'utf8')))).toEqual(summary);
    expect(ran.stderr).toMatch(/^Starting scores/);
    expect(ran.stderr).toMatch(/^1,000 \/ 1,000 · 0 failed · succeeded$/m);
    expect(ran.stderr).not.toMatch(/Warning/);
  });

  test('reports every company in input order, each with its score', async () => {
    const rows = await reportRows(summary.paths.report);
    expect(rows.map(({ name, country, staff, score }) => [name, country, staff, score])).toEqual(
      COMPANIES.slice(0, LIMIT).map(({ name, country, staff }) => [
        name,
        country,
        staff,
        Number((10 * staff ** 0.5).toFixed(1)),
      ]),
    );
    expect(new Set(rows.map(({ id }) => id)).size).toBe(LIMIT);
    expect(new Set(rows.map(({ band }) => band))).toEqual(new Set(['small', 'large']));
  });

  test('its statistics are those of the report, within the error they state', async () => {
    const scores = (await reportRows(summary.paths.report))
      .map(({ score }) => score ?? Number.NaN)
      .sort((a, b) => a - b);
    const section = summary.sections.find(({ key }) => key === 'score');
    const figure = (key: string) => {
      const found = section?.kind === 'figures' ? section.figures.find((each) => each.key === key) : undefined;
      return { said: Number(found?.value), within: found?.within ?? 0 };
    };
    for (const [key, value] of [
      ['count', LIMIT],
      ['min', min(scores)],
      ['max', max(scores)],
    ] as const) {
      expect(figure(key), key).toEqual({ said: value, within: 0 });
    }
    for (const [of, q] of [
      ['median', 0.5],
      ['p95', 0.95],
    ] as const) {
      // A quantile of an even count lies between two values: either is right.
      const exact = [Math.floor(q * (LIMIT - 1)), Math.ceil(q * (LIMIT - 1))].map((i) => scores[i] ?? Number.NaN);
      const { said, within } = figure(of);
      expect(within).toBeLessThanOrEqual(0.01);
      expect(said, of).toBeGreaterThanOrEqual(Math.min(...exact) * (1 - within));
      expect(said, of).toBeLessThanOrEqual(Math.max(...exact) * (1 + within));
      expect(Math.abs(said / quantileSorted(scores, q) - 1), of).toBeLessThan(0.02);
    }
  });

  test('its mail is one that mail programs read, with the report attached', async () => {
    const mail = await PostalMime.parse(await readFile(summary.paths.email));
    expect(mail.subject).toMatch(/How do companies score\?: 1,000 done, 0 failed$/);
    expect(mail.to?.map(({ address }) => address)).toEqual(['success@simulator.amazonses.com']);
    expect(mail.text).toContain('1,000');
    expect(mail.html).toContain('<table');
    expect(mail.attachments.some(({ mimeType, contentId }) => mimeType === 'image/png' && contentId)).toBe(true);
    const attached = mail.attachments.find(({ filename }) => filename?.endsWith('.csv'))?.content;
    if (!(attached instanceof ArrayBuffer)) throw new Error('No report is attached.');
    // With a byte-order mark, by which a spreadsheet knows UTF-8.
    expect(Buffer.from(attached).toString()).toBe(`\ufeff${await readFile(summary.paths.report, 'utf8')}`);
  });

  test('is still there when its processes are gone', SLOW, async () => {
    const shown = await microprocess('show', 'first', '--json');
    expect(shown.code).toBe(0);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      runId: 'first',
      status: 'succeeded',
      counts: { total: LIMIT },
      executions: ['first'],
    });

    const [row] = (await reportRows(summary.paths.report)).slice(777);
    const target = await openLocal(pipeline, '');
    try {
      expect(target.worker).toBe('nobody');
      const from = performance.now();
      const child = await showChild(target.deps, 'first', row?.id ?? '');
      expect(performance.now() - from).toBeLessThan(1_000);
      expect(child).toMatchObject({
        status: 'SUCCEEDED',
        item: { name: row?.name },
        result: { score: row?.score },
        attempts: 1,
      });
      await expect(showChild(target.deps, 'first', '0-9.0.0')).rejects.toThrow(/no child 0-9\.0\.0/);
    } finally {
      await target.close();
    }
    const results = await microprocess('children', 'first', '--status', 'succeeded', '--results', '--limit', '2');
    expect(
      results.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toHaveLength(2);
    expect(await microprocess('failures', 'first')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('no failed child'),
    });
    // Asked rightly: it just isn't there.
    expect(await microprocess('show', 'never')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no run "never"/),
    });
    const none = { code: 1, stderr: expect.stringMatching(/no child 0-9\.0\.0/) };
    expect(await microprocess('show', 'first', '0-9.0.0')).toMatchObject(none);
  });
});
