import { html } from 'hono/html';
import type { Pipeline } from '../../shared/author/definition.ts';
import type { GateView } from '../../shared/control/limits.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { gateFacts } from './gate-facts.ts';
import { pipelinePath } from './paths.ts';

interface PipelineLook {
  readonly pipeline: Pick<Pipeline, 'name' | 'params' | 'endpoint'>;
  readonly isWorkedOn: boolean;
  readonly gate: GateView;
  readonly now: number;
}

/** A pipeline's own page. */
export function pipelineBody({ pipeline: { name }, isWorkedOn, gate, now }: PipelineLook): Html {
  const path = pipelinePath(name);
  return html`<header><h1>${name}</h1></header>
<section><h2>Start a run</h2>
<p class="note">It reads the source and calls the service for each item.${isWorkedOn ? '' : ' Nothing works on the pipeline now: this console will, and starts its service.'}</p>
<form method="post" action="${path}/start">
<label><span>First items only; all where empty</span><input type="number" name="limit" min="1" step="1"></label>
<label><span>Parameters, as JSON</span><input name="params" placeholder="{&quot;country&quot;:&quot;AU&quot;}" size="40" maxlength="32768"></label>
<button>Start it</button>
</form></section>
<section><h2>What calls are held to</h2>
${gateFacts(gate, now)}
<form method="post" action="${path}/limits">
<p class="note">Forwarders hold them within two seconds, those of other pipelines that share the budget too. A field that is left empty stays as it is.</p>
<label><span>Calls that begin in a second at most</span><input type="number" name="ratePerSecond" min="0.001" step="any"></label>
<label><span>Calls at once at most</span><input type="number" name="inFlight" min="1" step="1"></label>
<label><span>For so many minutes; until cleared where empty</span><input type="number" name="minutes" min="1" max="525600" step="1"></label>
<button class="bad">Set these limits</button>
</form>
${
  gate.byHand
    ? html`<form method="post" action="${path}/clear"><p class="note">The definition’s own limits hold again, within two seconds.</p><button class="bad">Clear what was set by hand</button></form>`
    : ''
}
${
  gate.shutUntil !== null || gate.breaker > 0 || gate.cap !== null
    ? html`<form method="post" action="${path}/open"><p class="note">The service is called again at once, whatever it asked for, and what its pressure has taught is forgotten.</p><button class="bad">Open the service</button></form>`
    : ''
}
</section>`;
}
