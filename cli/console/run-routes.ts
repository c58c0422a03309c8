import { ReadableStream } from 'node:stream/web';
import type { Hono } from 'hono';
import { html } from 'hono/html';
import { childHistory } from '../../shared/control/child-history.ts';
import { existingRun } from '../../shared/control/existing-run.ts';
import { failuresPage } from '../../shared/control/failures-page.ts';
import { previewReport } from '../../shared/control/preview.ts';
import { readSummary } from '../../shared/control/read-summary.ts';
import { showChild } from '../../shared/control/show-child.ts';
import { childBody } from './child-page.ts';
import type { Desks } from './desk.ts';
import { failuresBody } from './failures-page.ts';
import { layout } from './layout.ts';
import { failuresPath, runPath } from './paths.ts';
import { previewBody } from './preview-page.ts';
import { requestWords } from './request-words.ts';

const PAGE = 50;
/** What a reader waits for a page. */
const BUDGET_MS = 2_000;
/** Rows of what isn't frozen yet are reduced for so long. */
const PREVIEW_MS = 3_000;

/** What of a run is looked at beside its course: its failed children, one child, its report. */
export function addRunRoutes(app: Hono, desks: Desks): void {
  const { place } = desks;

  app.get('/runs/:pipeline/:run/failures', async (c) => {
    const { pipeline, run } = c.req.param();
    const { reason, text, behind } = c.req.query();
    const asked = { reason: reason || undefined, text: text || undefined, behind: behind || undefined };
    const { deps } = await desks.open(pipeline);
    const page = await failuresPage(deps, run, { ...asked, most: PAGE, budgetMs: BUDGET_MS });
    const body = failuresBody(pipeline, run, asked, page);
    return c.html(layout({ title: `Failed children of ${run}`, path: [[run, runPath(pipeline, run)]], place, body }));
  });

  app.get('/runs/:pipeline/:run/children/:child', async (c) => {
    const { pipeline, run, child: id } = c.req.param();
    const { deps } = await desks.open(pipeline);
    const [child, history, record] = await Promise.all([
      showChild(deps, run, id),
      childHistory(deps, run, id),
      existingRun(deps, run),
    ]);
    const body = childBody(child, requestWords(deps.pipeline, record, id, child.item), history);
    const path = [
      [run, runPath(pipeline, run)],
      ['Failed children', failuresPath(pipeline, run, {})],
    ] as const;
    return c.html(layout({ title: `Child ${id}`, path, place, body }));
  });

  app.get('/runs/:pipeline/:run/preview', async (c) => {
    const { pipeline, run } = c.req.param();
    const desk = await desks.open(pipeline);
    const preview = await previewReport(desk.deps, await existingRun(desk.deps, run), PREVIEW_MS);
    const path = [[run, runPath(pipeline, run)]] as const;
    return c.html(layout({ title: `Report of ${run} so far`, path, place, body: previewBody(preview) }));
  });

  app.get('/runs/:pipeline/:run/report', async (c) => {
    const { pipeline, run } = c.req.param();
    const path = runPath(pipeline, run);
    await existingRun((await desks.open(pipeline)).deps, run);
    const body = html`<header><h1>Report</h1></header>
<nav class="acts" aria-label="Files"><a class="button" href="${path}/report.html">Open it alone</a> <a class="button" href="${path}/report.csv" download>report.csv</a></nav>
<iframe src="${path}/report.html" title="Report of run ${run}" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>`;
    return c.html(layout({ title: `Report of ${run}`, path: [[run, path]], place, body }));
  });
  for (const kind of ['html', 'csv'] as const) {
    app.get(`/runs/:pipeline/:run/report.${kind}`, async (c) => {
      const { pipeline, run } = c.req.param();
      const desk = await desks.open(pipeline);
      const { objects } = await readSummary(desk.deps.objects, await existingRun(desk.deps, run));
      return c.body(ReadableStream.from(await desk.deps.objects.stream(objects[kind])), 200, FILES[kind]);
    });
  }
}

/** A report brings a policy of its own, which lets it load nothing; here nothing else holds for it, but that it is shown in a frame. */
const FILES = {
  html: {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'",
  },
  csv: { 'content-type': 'text/csv; charset=utf-8', 'content-disposition': 'attachment; filename="report.csv"' },
};
