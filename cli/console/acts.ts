import type { Hono } from 'hono';
import { html } from 'hono/html';
import { pauseRun } from '../../shared/control/control.ts';
import { readProgress } from '../../shared/control/status.ts';
import { InputError } from '../../shared/domain/errors.ts';
import { number } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { confirmBody } from './confirm-page.ts';
import type { Desk, Desks } from './desk.ts';
import { layout } from './layout.ts';
import { runPath } from './paths.ts';

/** What a person does with a run: asked for on a page that says what will happen, done by its form. */
interface Act {
  readonly title: string;
  readonly button: string;
  /** Sentences: what will happen, and whether it can be taken back. */
  says(desk: Desk, run: string): Promise<readonly string[]>;
  /** Fields of its form. */
  asks?(desk: Desk, run: string): Promise<Html>;
  /** Gives the run to look at then. @param form what its fields hold */
  do(desk: Desk, run: string, form: FormData): Promise<string>;
}

const STATUSES = ['FAILED', 'CANCELLED', 'EXPIRED'] as const;
const WILL_WORK = 'No process works on the pipeline now: this console will, and starts its service.';

const left = async ({ deps }: Desk, run: string) => {
  const { total, succeeded, failed, totalKnown } = await readProgress(deps, run);
  const count = number(Math.max(0, total - succeeded - failed));
  return totalKnown ? count : `${count} or more`;
};

const ACTS: Readonly<Record<string, Act>> = {
  cancel: {
    title: 'Cancel the run',
    button: 'Cancel it',
    says: async (desk, run) => [
      'No new calls begin within five seconds; calls that are open end.',
      `About ${await left(desk, run)} children that have no outcome yet become CANCELLED.`,
      'The report is made of what was done. This cannot be taken back; a redrive can call the cancelled children later.',
    ],
    do: async (desk, run) => {
      await desk.cancel(run);
      await desk.record({ act: 'cancel', run });
      return run;
    },
  },
  pause: {
    title: 'Pause the run',
    button: 'Pause it',
    says: async (desk, run) => [
      `Calls that are open end; the other ${await left(desk, run)} children wait until the run is resumed.`,
      'Its deadline goes on meanwhile.',
    ],
    do: async (desk, run) => {
      await pauseRun(desk.deps, run);
      await desk.record({ act: 'pause', run });
      return run;
    },
  },
  resume: {
    title: 'Resume the run',
    button: 'Resume it',
    says: async (desk, run) => [
      `About ${await left(desk, run)} children without an outcome are queued again. Their older messages become void, so no child is called twice for it.`,
      ...(desk.isWorkedOn ? [] : [WILL_WORK]),
    ],
    do: async (desk, run) => {
      await desk.resume(run);
      await desk.record({ act: 'resume', run });
      return run;
    },
  },
  redrive: {
    title: 'Call the failed children again',
    button: 'Call them again',
    says: async ({ isWorkedOn }) => [
      "The children that you choose are called again under their own ids, at today's endpoint.",
      'It becomes a run of its own, whose report holds every row of this one with the new outcomes in place.',
      ...(isWorkedOn ? [] : [WILL_WORK]),
    ],
    asks: async ({ deps }, run) => {
      const { failed, cancelled, expired } = await readProgress(deps, run);
      const counts = { FAILED: failed, CANCELLED: cancelled, EXPIRED: expired };
      const first = STATUSES.find((status) => counts[status] > 0);
      return html`<fieldset><legend>Which of them</legend>
${STATUSES.map((status) => html`<label class="check"><input type="checkbox" name="status" value="${status}"${status === first ? html` checked` : ''}> ${number(counts[status])} ${status}</label>`)}
</fieldset>`;
    },
    do: async (desk, run, form) => {
      const statuses = STATUSES.filter((status) => form.getAll('status').includes(status));
      if (statuses.length === 0) throw new InputError('Choose which children are called again: none was.');
      return (await desk.redrive(run, { statuses })).runId;
    },
  },
};

/** A page for each act, and what its form does. */
export function addActs(app: Hono, desks: Desks): void {
  for (const [name, act] of Object.entries(ACTS)) {
    app.get(`/runs/:pipeline/:run/${name}`, async (c) => {
      const { pipeline, run } = c.req.param();
      const desk = await desks.open(pipeline);
      const [says, asks] = await Promise.all([act.says(desk, run), act.asks?.(desk, run)]);
      const body = confirmBody({
        title: act.title,
        of: html`Run <code>${run}</code> of ${pipeline}, ${desks.place}.`,
        says,
        asks,
        button: act.button,
        back: runPath(pipeline, run),
      });
      return c.html(layout({ title: act.title, place: desks.place, path: [[run, runPath(pipeline, run)]], body }));
    });
    app.post(`/runs/:pipeline/:run/${name}`, async (c) => {
      const { pipeline, run } = c.req.param();
      return c.redirect(runPath(pipeline, await act.do(await desks.open(pipeline), run, await c.req.formData())), 303);
    });
  }
}
