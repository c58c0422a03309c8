import { buildEmail } from './email.ts';
import { renderHtml } from './html.ts';
import type { ReportView } from './view.ts';

let isWarm = false;

/**
 * Makes a report of nothing, once per process, while a run is still going: the first page and mail take a third of a second
 * more than later ones, as charts and their renderer are loaded and compiled, and the end of a run needn't wait for that.
 */
export function warmUp(): void {
  if (isWarm) return;
  isWarm = true;
  // If drawing fails, the real report fails with the same error.
  make().catch(() => undefined);
}

async function make(): Promise<void> {
  renderHtml(SAMPLE);
  await buildEmail({ view: SAMPLE, from: 'nobody@example.com', to: ['nobody@example.com'] });
}

const SAMPLE: ReportView = {
  pipeline: 'sample',
  title: 'sample',
  run: 'sample',
  status: 'succeeded',
  startedAt: 0,
  endedAt: 1,
  counts: { total: 2, succeeded: 2, failed: 0, cancelled: 0, expired: 0 },
  reasons: [],
  sections: [
    { kind: 'figures', title: 'x', figures: [{ label: 'x', value: 1 }] },
    { kind: 'histogram', title: 'x', buckets: [{ from: 1, to: 2, count: 1 }] },
    { kind: 'table', title: 'x', columns: [{ name: 'x' }], rows: [['x']] },
  ],
  credits: [],
};
