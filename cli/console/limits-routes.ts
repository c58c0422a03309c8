import type { Hono } from 'hono';
import { html } from 'hono/html';
import * as z from 'zod';
import {
  checkLimits,
  clearLimits,
  type GateView,
  type LimitsToSet,
  openEndpoint,
  readGate,
  setLimits,
} from '../../shared/control/limits.ts';
import { InputError } from '../../shared/domain/errors.ts';
import { number } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { counted, timeLeft } from '../text.ts';
import { confirmBody } from './confirm-page.ts';
import type { Desk, Desks } from './desk.ts';
import { type Form, fields, said } from './form.ts';
import { layout } from './layout.ts';
import { pipelinePath } from './paths.ts';

/** As the command line's `--for`: 365 days. */
const LONGEST_MINUTES = 525_600;

const limitsForm = z.object({
  ratePerSecond: said(z.coerce.number().min(0.001)),
  inFlight: said(z.coerce.number().int().min(1)),
  waiting: said(z.coerce.number().int().min(1)),
  minutes: said(z.coerce.number().int().min(1).max(LONGEST_MINUTES)),
});

const WHEN = 'It holds within two seconds, also for runs that are under way. Calls that are open end.';

/** What a person does with the limits of a pipeline. */
interface Act {
  readonly title: string;
  readonly button: string;
  /** Sentences: what will happen, and whether it can be taken back. */
  says(desk: Desk, gate: GateView, form: Form): readonly string[];
  /** Fields that its form sends again. */
  asks?(form: Form): Html;
  /** Gives what it did in the words of the command line. */
  do(desk: Desk, form: Form): Promise<string>;
}

const ACTS: Readonly<Record<string, Act>> = {
  limits: {
    title: 'Set limits by hand',
    button: 'Set these limits',
    says({ deps: { pipeline } }, gate, form) {
      const { minutes, ...limits } = limitsOf(form);
      checkLimits(pipeline, limits);
      return [
        ...changes(limits, gate),
        WHEN,
        ...sharers(pipeline),
        minutes === undefined
          ? 'They stay until somebody clears them; the definition’s own limits hold again then.'
          : `After ${counted(minutes, 'minute')} the definition’s own limits hold again by themselves.`,
      ];
    },
    asks: (form) =>
      html`${Object.entries(limitsOf(form)).map(([name, value]) => (value === undefined ? '' : html`<input type="hidden" name="${name}" value="${value}">`))}`,
    async do({ deps }, form) {
      const { minutes, ...limits } = limitsOf(form);
      await setLimits(deps, { ...limits, forMs: minutes === undefined ? undefined : minutes * 60_000 });
      return inOptions(limits, minutes);
    },
  },
  clear: {
    title: 'Clear what was set by hand',
    button: 'Clear it',
    says: ({ deps: { pipeline } }) => ['The definition’s own limits hold again.', WHEN, ...sharers(pipeline)],
    async do({ deps }) {
      await clearLimits(deps);
      return '--clear';
    },
  },
  open: {
    title: 'Call the service again at once',
    button: 'Call it at once',
    says: ({ deps }, { shutUntil, breaker }) => [
      ...(shutUntil === null ? [] : [`Calls begin now, not only in ${timeLeft(shutUntil - deps.clock.now())}.`]),
      ...(breaker === 0 ? [] : ['The count of failures in a row begins again.']),
      'How many calls at once the service takes is found out anew, from a few on.',
      'If the service still fails or refuses calls, they stop again within seconds.',
    ],
    async do({ deps }) {
      await openEndpoint(deps);
      return '--open';
    },
  },
};

/** A page for each act on a pipeline's limits, which says what will happen, and what its form does. */
export function addLimitsRoutes(app: Hono, desks: Desks): void {
  for (const [name, act] of Object.entries(ACTS)) {
    app.get(`/pipelines/:pipeline/${name}`, async (c) => {
      const pipeline = c.req.param('pipeline');
      const desk = await desks.open(pipeline);
      const form = c.req.query();
      const body = confirmBody({
        title: act.title,
        of: `Pipeline ${pipeline}, ${desks.place}.`,
        says: act.says(desk, await readGate(desk.deps), form),
        asks: act.asks?.(form),
        button: act.button,
        back: pipelinePath(pipeline),
      });
      const above = [[pipeline, pipelinePath(pipeline)]] as const;
      return c.html(layout({ title: act.title, place: desks.place, path: above, body }));
    });
    app.post(`/pipelines/:pipeline/${name}`, async (c) => {
      const pipeline = c.req.param('pipeline');
      const desk = await desks.open(pipeline);
      await desk.record({ act: 'limits', run: null, detail: await act.do(desk, await c.req.parseBody()) });
      return c.redirect(pipelinePath(pipeline), 303);
    });
  }
}

/** @throws {InputError} where a field makes no sense, or none is given */
function limitsOf(form: Form): z.infer<typeof limitsForm> {
  const limits = fields(limitsForm, form);
  const { ratePerSecond, inFlight, waiting } = limits;
  if (ratePerSecond === undefined && inFlight === undefined && waiting === undefined)
    throw new InputError('Give a limit: at least one of the fields that say “at most”.');
  return limits;
}

/** What each limit becomes, beside what it is. */
function changes({ ratePerSecond, inFlight, waiting }: LimitsToSet, gate: GateView): string[] {
  const instead = (before: string | null) => `; ${before === null ? 'there is no limit now' : `now ${before}`}.`;
  const before = gate.ratePerSecond === null ? null : number(gate.ratePerSecond);
  return [
    ...(ratePerSecond === undefined
      ? []
      : [
          `At most ${counted(ratePerSecond, 'call')} ${ratePerSecond === 1 ? 'begins' : 'begin'} in a second${instead(before)}`,
        ]),
    ...(inFlight === undefined
      ? []
      : [`At most ${counted(inFlight, 'call')} at once${instead(number(gate.inFlight))}`]),
    ...(waiting === undefined
      ? []
      : [
          `At most ${number(waiting)} children wait for their callbacks at once${instead(gate.waiting === null ? null : number(gate.waiting))}`,
        ]),
  ];
}

const sharers = ({ limits: { sharedAs } }: Desk['deps']['pipeline']) =>
  sharedAs === undefined ? [] : [`It holds for all pipelines together that share “${sharedAs}”.`];

/** Limits as the command line's options name them. */
function inOptions({ ratePerSecond, inFlight, waiting }: LimitsToSet, minutes: number | undefined): string {
  const given = {
    '--rate': ratePerSecond,
    '--in-flight': inFlight,
    '--waiting': waiting,
    '--for': minutes && `${minutes}m`,
  };
  return Object.entries(given)
    .flatMap(([option, value]) => (value === undefined ? [] : [`${option} ${value}`]))
    .join(' ');
}
