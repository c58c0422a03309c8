import { type Context, rootFull, send } from './context.ts';
import type { Starter } from './processes.ts';
import { end, type Step } from './steps.ts';
import { moveTo, type World } from './world.ts';

/** RUN → plan, put if absent → a message per slice → status. */
export function starterSteps(cx: Context, w: World, p: Starter): Step[] {
  switch (p.at) {
    case 'run':
      return [
        {
          name: w.run.status === 'none' ? 'start: put RUN' : 'start: RUN is there',
          run: () => {
            if (w.run.status === 'none') moveTo(w, 'planned');
            p.at = 'plan';
          },
        },
      ];
    case 'plan':
      return [
        {
          name: w.run.plan === null ? 'start: put plan' : 'start: adopt plan',
          run: () => {
            w.run.plan ??= p.plan;
            p.plan = w.run.plan;
            p.at = 'open';
          },
        },
      ];
    case 'open':
      return [
        {
          name: 'start: open ROOT',
          run: () => {
            w.root.slices = p.plan;
            // A run of no slices is full as soon as it's open.
            if (rootFull(cx, w)) p.at = 'tell';
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
            if (w.run.status === 'planned') moveTo(w, 'splitting');
            end(w, p);
          },
        },
      ];
  }
}
