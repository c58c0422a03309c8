import { LINES } from './alphabet.ts';
import { type Context, rootFull, send } from './context.ts';
import type { Starter } from './processes.ts';
import { end, type Step } from './steps.ts';
import { moveTo, type World } from './world.ts';

/** RUN → plan, put if absent → a message per slice → status. */
export function starterSteps(cx: Context, w: World, p: Starter): Step[] {
  const { run } = w;
  switch (p.at) {
    case 'run':
      return [
        {
          name: run.status === 'none' ? 'start: put RUN' : 'start: RUN is there',
          run: () => {
            const isNew = run.status === 'none';
            cx.say(() => LINES.createRun(isNew));
            if (isNew) moveTo(w, 'planned');
            // Planned already: nothing is left of this start.
            if (run.status === 'planned') p.at = 'plan';
            else end(w, p);
          },
        },
      ];
    case 'plan':
      return planSteps(cx, w, p);
    case 'open':
      return [
        {
          name: 'start: open ROOT',
          run: () => {
            w.root.slices = p.plan;
            // A run of no slices is full as soon as it's open.
            const full = rootFull(cx, w);
            cx.say(() => LINES.openRoot(p.plan, full));
            if (full) p.at = 'tell';
            else p.at = p.plan === 0 ? 'split' : 'send';
          },
        },
      ];
    case 'tell':
      return [
        {
          name: 'start: tell run',
          run: () => {
            send(cx, w, 'f');
            p.at = p.plan === 0 ? 'split' : 'send';
          },
        },
      ];
    case 'send':
      return [
        {
          name: 'start: send slice',
          run: () => {
            send(cx, w, `s:${p.slice}`);
            p.slice++;
            if (p.slice >= p.plan) p.at = 'split';
          },
        },
      ];
    case 'split':
      return [
        {
          name: 'start: status splitting',
          run: () => {
            cx.say(() => LINES.split());
            if (run.status === 'planned') moveTo(w, 'splitting');
            end(w, p);
          },
        },
      ];
  }
}

/** The plan that is stored, or its own if none is. */
function planSteps(cx: Context, { run }: World, p: Starter): Step[] {
  const adopt = (plan: number) => {
    p.plan = plan;
    p.at = 'open';
  };
  const { plan } = run;
  if (plan !== null) {
    const reads = () => {
      cx.say(() => LINES.readPlan(plan));
      adopt(plan);
    };
    const puts = () => {
      cx.say(() => LINES.putPlan(plan));
      adopt(plan);
    };
    return [
      { name: 'start: read plan', run: reads },
      { name: 'start: adopt plan', run: puts },
    ];
  }
  const put = () => {
    run.plan = p.plan;
    cx.say(() => LINES.putPlan(p.plan));
    adopt(p.plan);
  };
  return [
    { name: 'start: find no plan', run: () => cx.say(() => LINES.readPlan(null)) },
    { name: 'start: put plan', run: put },
  ];
}
