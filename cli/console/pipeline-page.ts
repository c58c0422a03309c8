import { html } from 'hono/html';
import type { Pipeline } from '../../shared/author/definition.ts';
import type { GateView } from '../../shared/control/limits.ts';
import type { Lateness } from '../../shared/control/task-lateness.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { latenessLine } from '../lateness-words.ts';
import { gateFacts } from './gate-facts.ts';
import { pipelinePath } from './paths.ts';

interface PipelineLook {
  readonly pipeline: Pick<Pipeline, 'name' | 'callback'>;
  readonly isWorkedOn: boolean;
  readonly gate: GateView;
  /** Of the last hour; undefined where the pipeline takes no tasks. */
  readonly lateness: Lateness | null | undefined;
  readonly now: number;
}

/** A pipeline's own page. */
export function pipelineBody({ pipeline: { name, callback }, isWorkedOn, gate, lateness, now }: PipelineLook): Html {
  const path = pipelinePath(name);
  return html`<header><h1>${name}</h1></header>
<section><h2>Start a run</h2>
<p class="note">It reads the source and calls the service for each item.${isWorkedOn ? '' : ' No process works on the pipeline now: this console will, and starts its service.'}</p>
<form method="post" action="${path}/start">
<label><span>First items only; all where empty</span><input type="number" name="limit" min="1" step="1"></label>
<label><span>Parameters, as JSON</span><input name="params" placeholder="{&quot;country&quot;:&quot;AU&quot;}" size="40" maxlength="32768"></label>
<button>Start it</button>
</form></section>
${lateness === undefined ? '' : html`<section><h2>Tasks</h2><p>${latenessLine(lateness, 1)}</p></section>`}
<section><h2>Limits on calls</h2>
${gateFacts(gate, now)}
<form action="${path}/limits">
<p class="note">A field that is left empty stays as it is. The next page says what will happen, before anything does.</p>
<label><span>Calls that begin in a second at most</span><input type="number" name="ratePerSecond" min="0.001" step="any"></label>
<label><span>Calls at once at most</span><input type="number" name="inFlight" min="1" step="1"></label>
${callback ? html`<label><span>Children that wait for their callbacks at most</span><input type="number" name="waiting" min="1" step="1"></label>` : ''}
<label><span>For so many minutes; until cleared where empty</span><input type="number" name="minutes" min="1" max="525600" step="1"></label>
<button>Set limits…</button>
</form>
<nav class="acts" aria-label="What can be done">
${gate.byHand ? html`<a class="button" href="${path}/clear">Clear what was set by hand…</a> ` : ''}
${gate.shutUntil !== null || gate.breaker > 0 || gate.cap !== null ? html`<a class="button" href="${path}/open">Call the service at once…</a>` : ''}
</nav>
</section>`;
}
