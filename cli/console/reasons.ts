import { html } from 'hono/html';
import type { Failure } from '../../shared/control/failures.ts';
import { failuresPage } from '../../shared/control/failures-page.ts';
import { readSummary } from '../../shared/control/read-summary.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { number } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import type { Desk } from './desk.ts';
import { inOneLine } from './json-words.ts';
import { childPath, failuresPath } from './paths.ts';

/** Why children did not succeed. */
export interface Reasons {
  /** False while the run goes on: then they are of the first failed children alone. */
  readonly isWhole: boolean;
  /** Each reason of the run with its children; empty while the run goes on. */
  readonly all: readonly { readonly reason: string; readonly count: number }[];
  readonly list: readonly { readonly reason: string; readonly count: number; readonly examples: readonly Failure[] }[];
}

/** Failed children of a run that goes on that are looked at. */
const SAMPLE = 100;
const SHOWN = 5;
const EXAMPLES = 3;
/** What all examples together may take: a run of millions that fails here and there has them far apart. */
const BUDGET_MS = 600;

/** Reasons with examples: of the whole run once it has ended, of its first failed children before. */
export async function readReasons({ deps }: Pick<Desk, 'deps'>, record: RunRecord): Promise<Reasons> {
  const { run } = record;
  if (record.summary === null) {
    const { failures } = await failuresPage(deps, run, { most: SAMPLE, budgetMs: BUDGET_MS });
    const by = new Map<string, Failure[]>();
    for (const each of failures) by.set(nameOf(each), [...(by.get(nameOf(each)) ?? []), each]);
    const list = [...by].map(([reason, all]) => ({ reason, count: all.length, examples: all.slice(0, EXAMPLES) }));
    return { isWhole: false, all: [], list: list.sort((a, b) => b.count - a.count).slice(0, SHOWN) };
  }
  const { reasons } = await readSummary(deps.objects, record);
  const list = reasons.slice(0, SHOWN).map(async ({ reason, count }) => {
    const wanted = { reason, most: EXAMPLES, budgetMs: BUDGET_MS / SHOWN };
    return { reason, count, examples: (await failuresPage(deps, run, wanted)).failures };
  });
  return { isWhole: true, all: reasons, list: await Promise.all(list) };
}

const nameOf = ({ reason, status }: Failure) => reason ?? status;

/** The section of a run's page. */
export function reasonsSection(pipeline: string, run: string, { isWhole, list }: Reasons): Html | string {
  if (list.length === 0) return '';
  return html`<section><h2>Why children did not succeed</h2>
${isWhole ? '' : html`<p class="note">A sample: the first ${number(list.reduce((sum, { count }) => sum + count, 0))} that failed.</p>`}
<div class="scroll" tabindex="0" role="region" aria-label="Why children did not succeed"><table>
<thead><tr><th>Reason</th><th class="n">Children</th><th>Examples</th></tr></thead>
<tbody>
${list.map(
  ({ reason, count, examples }) =>
    html`<tr><td><a href="${failuresPath(pipeline, run, { reason })}"><code>${reason}</code></a></td><td class="n">${number(count)}</td><td>${examples.map((each) => example(pipeline, run, each))}</td></tr>
`,
)}
</tbody></table></div></section>`;
}

const example = (pipeline: string, run: string, { id, item, body }: Failure) =>
  html`<div><a href="${childPath(pipeline, run, id)}">${id}</a> ${inOneLine(item)}${body === null ? '' : html` → ${inOneLine(body)}`}</div>`;
