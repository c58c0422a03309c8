import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { PACKAGE_DIR } from '../../../shared/project/project.mjs';
import { type TemporaryProject, temporaryProject } from '../project.ts';

/** Debian's, or one that MICROPROCESS_TEST_BROWSER names. */
const BROWSER = [process.env.MICROPROCESS_TEST_BROWSER ?? '', '/usr/bin/chromium'].find(existsSync);
/** Set: the pictures of the docs are made anew. */
const PICTURES = process.env.UPDATE_PICTURES === undefined ? null : join(PACKAGE_DIR, 'docs', 'images');

const HOSTILE = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>';

/** Every seventh company is refused until the service is mended; each call takes its time. */
const SERVICE = `import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
const server = createServer(async (request, response) => {
  const { id } = JSON.parse(await text(request));
  await new Promise((resolve) => setTimeout(resolve, 60));
  const isRefused = id % 7 === 3 && !existsSync(process.env.TEST_MENDED);
  const [status, body] = isRefused ? [422, { error: 'No company of number ' + id + '.' + (id === 24 ? '${HOSTILE}' : '') }] : [200, { score: (id * 37) % 101 }];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ listening: \`http://127.0.0.1:\${server.address().port}\` })));
process.stdin.on('end', () => process.exit()).resume();
`;

const PIPELINE = `import { definePipeline } from '../../shared/author/definition.ts';
import { list } from '../../shared/author/sources/list.ts';
import { statistics } from '../../shared/author/reducers/statistics.ts';

export default definePipeline({
  name: 'scores',
  source: list(() => Array.from({ length: 5_000 }, (_, id) => ({ id, name: 'Company ' + id + (id === 24 ? ' ${HOSTILE}' : '') }))),
  endpoint: { service: 'scoring', path: '/score' },
  limits: { inFlight: 24 },
  tolerate: { failedPercent: 50 },
  reduce: statistics({ value: 'score', label: 'name', columns: ['name', 'score'] }),
  report: { title: '${HOSTILE}', bodyExcerpt: 200 },
});
`;

describe.skipIf(BROWSER === undefined)('the console in a browser', { timeout: 60_000 }, () => {
  let project: TemporaryProject;
  let link: URL;
  let browser: Browser;
  let page: Page;
  /** What the browser found wrong: scripts that failed, and what a policy kept from being loaded. */
  const complaints: string[] = [];

  beforeAll(async () => {
    project = await temporaryProject();
    await project.write('pipelines/scores/index.ts', PIPELINE);
    await project.write('services/scoring/server.ts', SERVICE);
    const served = command('console', '--no-open');
    served.stderr.resume();
    link = await linkOf(served.stdout);
    browser = await chromium.launch({ ...(BROWSER && { executablePath: BROWSER }), args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1_000, height: 760 } });
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    // The console last: the others may have joined it.
    for (const process of commands.reverse().filter(({ exitCode }) => exitCode === null)) {
      process.kill('SIGINT');
      await once(process, 'exit');
    }
    await project?.remove();
  });

  /** Those that were started. */
  const commands: ChildProcessByStdio<null, Readable, Readable>[] = [];

  function command(...args: readonly string[]) {
    const { MICROPROCESS_HOME: _, MICROPROCESS_STAGE: __, MICROPROCESS_PIPELINE: ___, ...env } = process.env;
    const started = spawn(process.execPath, [join(PACKAGE_DIR, 'cli', 'bin.mjs'), ...args], {
      cwd: project.dir,
      env: { ...env, TEST_MENDED: join(project.dir, 'mended'), BROWSER: 'none' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    commands.push(started);
    return started;
  }

  /** The first link that a command says. */
  async function linkOf(stream: NodeJS.ReadableStream): Promise<URL> {
    for await (const line of createInterface(stream)) {
      const [found] = /http:\S+/.exec(line) ?? [];
      if (found !== undefined) return new URL(found);
    }
    throw new Error('It ended without a link.');
  }

  /** The status of a request that a program makes, or a browser that is told to. */
  const status = (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request(new URL(path, link), { method, headers }, (response) => {
        response.destroy();
        resolve(response.statusCode);
      });
      sent.on('error', reject).end();
    });

  /** No serious finding of axe, in what is shown now. */
  async function isAccessible(): Promise<void> {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const found = z
      .object({
        violations: z.array(
          z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.object({ html: z.string() })) }),
        ),
      })
      .parse(await page.evaluate(`${axe}; axe.run(document, { iframes: false })`));
    const serious = found.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([]);
  }

  async function picture(name: string): Promise<void> {
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) });
  }

  /** The page of a run that was just started. */
  async function started(limit: number): Promise<string> {
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('link', { name: 'scores' }).last().click();
    await page.getByLabel(/First items only/).fill(String(limit));
    await page.getByRole('button', { name: 'Start it' }).click();
    await page.waitForURL(/\/runs\/scores\//);
    return new URL(page.url()).pathname;
  }

  test('nobody gets in without the token, by another name, or from another site', async () => {
    expect(await status('/')).toBe(403);
    expect(await status('/live')).toBe(403);
    expect(await status('/enter?token=wrong')).toBe(403);
    // The token stays good: it was for none of these.
    expect(await status(link.pathname + link.search, { host: `evil.example:${link.port}` })).toBe(403);
    expect(await status(link.pathname + link.search, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    await page.goto(link.href);
    expect(await page.title()).toMatch(/^Runs/);
    expect(await status(link.pathname + link.search)).toBe(403);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    const known = { cookie: `${cookie?.name}=${cookie?.value}` };
    const own = { ...known, origin: link.origin };
    expect(await status('/', known)).toBe(200);
    expect(await status('/', { ...known, host: `evil.example:${link.port}` })).toBe(403);
    expect(await status('/pipelines/scores/open', { ...known, origin: 'https://evil.example' }, 'POST')).toBe(403);
    expect(await status('/pipelines/scores/open', known, 'POST')).toBe(403);
    expect(await status('/pipelines/scores/open', own, 'POST')).toBe(303);
    await isAccessible();
  });

  test('a run is started, watched to its end, its failures looked at and called again', async () => {
    const path = await started(700);
    await page.getByText(/[1-9]\d* of 700/).waitFor();
    await page.getByText(/, by console$/).waitFor();
    await page.getByRole('heading', { name: 'Why children did not succeed' }).waitFor();
    await isAccessible();
    await picture('console-run');
    await page.getByRole('link', { name: 'Report so far' }).click();
    await page.getByText(/Of the [1-9]\d* children that have ended so far/).waitFor();
    await isAccessible();
    await page.goto(new URL(path, link).href);
    // Nothing but the server's events changes the page: it stays the same document.
    await page.evaluate('document.body.dataset.same = "1"');
    await page.getByText('Succeeded with failures').waitFor();
    expect(await page.evaluate('document.body.dataset.same')).toBe('1');

    await page.getByRole('link', { name: 'Failed children' }).click();
    await page.getByLabel(/Text in id/).fill('COMPANY 24 ');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('link', { name: '0-0.0.24' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await isAccessible();
    await page.getByRole('link', { name: '0-0.0.24' }).click();
    expect(await page.getByLabel('Item', { exact: true }).textContent()).toContain(
      `Company 24 ${HOSTILE}`.replaceAll('"', '\\"'),
    );
    expect(await page.getByLabel('Request').textContent()).toMatch(/^POST \/score\n\n\{\n {2}"id": 24,/);
    expect(await page.getByLabel('Answer').textContent()).toContain(
      `No company of number 24.${HOSTILE}`.replaceAll('"', '\\"'),
    );
    await isAccessible();
    await page.goto(new URL(`${path}/children/0-0.0.10`, link).href);
    await picture('console-child');

    await page.goto(new URL(`${path}/report`, link).href);
    const report = page.frameLocator('iframe');
    expect(await report.getByRole('heading', { level: 1 }).textContent()).toBe(HOSTILE);
    await isAccessible();

    await project.write('mended', '');
    await page.goto(new URL(path, link).href);
    await page.getByRole('link', { name: /Call the failed again/ }).click();
    await page.getByText('It becomes a run of its own').waitFor();
    expect(await page.getByLabel('100 FAILED').isChecked()).toBe(true);
    await isAccessible();
    await page.getByRole('button', { name: 'Call them again' }).click();
    await page.waitForURL(/~2$/);
    await page.getByText('✔ Succeeded').waitFor();
  });

  test('a run is cancelled behind a page that says what will happen', async () => {
    const path = await started(5_000);
    await page
      .getByText(/[1-9]\d* of/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: 'Runs', exact: true }).click();
    await page.getByRole('progressbar').waitFor();
    await picture('console');
    // A link keeps its focus while the page around it changes.
    const linked = page.getByRole('link', { name: path.split('/').at(-1) ?? '' });
    await linked.focus();
    const row = page.getByRole('row').nth(1);
    const before = await row.textContent();
    await expect.poll(() => row.textContent()).not.toBe(before);
    await page.keyboard.press('Enter');
    await page.waitForURL(new URL(path, link).href);
    await page.getByRole('link', { name: 'Cancel…' }).click();
    expect(await page.getByRole('listitem').allTextContents()).toEqual([
      expect.stringContaining('within five seconds'),
      expect.stringMatching(/^About [\d,]+ (or more )?children/),
      expect.stringContaining('cannot be taken back'),
    ]);
    await page.getByRole('button', { name: 'Cancel it' }).click();
    await page.getByText('■ Cancelled').waitFor();
  });

  test('a run that is started with --open has its page, which outlives it', async () => {
    const run = command('run', '--limit', '20', '--run-id', 'shown', '--open');
    // Reading goes on, or the command would wait for its reader.
    const shown = linkOf(run.stderr).finally(() => run.stderr.resume());
    await page.goto((await shown).href);
    await page.getByRole('heading', { name: 'shown' }).waitFor();
    await page.getByText('✔ Succeeded').waitFor();
    // The page of a run that has ended needs no connection.
    await page.goto(new URL('/', page.url()).href);
    expect(await page.getByText('Not connected').isVisible()).toBe(false);
    const before = complaints.length;
    run.kill('SIGINT');
    expect(await once(run, 'exit')).toEqual([0, null]);
    await page.getByText('Not connected').waitFor();
    await isAccessible();
    // Connections that broke: each try, until the page is left.
    await page.goto(link.origin);
    complaints.length = before;
  });

  test('limits are set by hand and cleared', async () => {
    await page.goto(new URL('/pipelines/scores', link).href);
    await page.getByLabel(/begin in a second/).fill('7');
    await page.getByRole('button', { name: 'Set limits…' }).click();
    await page.getByText('At most 7 calls begin in a second').waitFor();
    await isAccessible();
    await page.getByRole('button', { name: 'Set these limits' }).click();
    await page.getByText('7/s at most').waitFor();
    await isAccessible();
    await page.getByRole('link', { name: 'Clear what was set by hand…' }).click();
    await page.getByRole('button', { name: 'Clear it' }).click();
    await page.getByText('no limit').waitFor();
  });

  test('pages fit a phone, the dark and paper', async () => {
    await page.setViewportSize({ width: 360, height: 700 });
    await page.emulateMedia({ colorScheme: 'dark' });
    for (const path of ['/', '/pipelines/scores']) {
      await page.goto(new URL(path, link).href);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
      await isAccessible();
    }
    await page.goto(link.origin);
    await page.getByRole('table').getByRole('link').last().click();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await picture('console-phone');
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByRole('navigation').first().isVisible()).toBe(false);
  });

  // Minutes long, and the whole of the bundled pipeline: only where its picture is wanted.
  test.runIf(PICTURES)('the README shows the report of its own run', { timeout: 600_000 }, async () => {
    const home = join(project.dir, 'readme');
    const run = spawn(process.execPath, [join(PACKAGE_DIR, 'cli', 'bin.mjs'), 'run', 'airport-access', '--json'], {
      cwd: PACKAGE_DIR,
      env: { ...process.env, MICROPROCESS_HOME: home },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { paths } = z.object({ paths: z.object({ html: z.string() }) }).parse(JSON.parse(await text(run.stdout)));
    await page.setViewportSize({ width: 1_000, height: 760 });
    await page.emulateMedia({ colorScheme: 'light', media: 'screen' });
    await page.goto(pathToFileURL(paths.html).href);
    // Down to where the page tells of the calls.
    const calls = await page.getByText('How the calls went').boundingBox();
    const clip = { x: 0, y: 0, width: 1_000, height: (calls?.y ?? 2_300) - 30 };
    if (PICTURES) await page.screenshot({ path: join(PICTURES, 'report.png'), fullPage: true, clip });
  });

  test('nothing that items and answers say became markup', async () => {
    expect(await page.evaluate('window.broken')).toBeUndefined();
    expect(complaints).toEqual([]);
  });
});

test.runIf(BROWSER === undefined)(
  'the console in a browser: there is no chromium here; MICROPROCESS_TEST_BROWSER names one',
  () => undefined,
);
