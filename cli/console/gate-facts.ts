import { html } from 'hono/html';
import type { GateView } from '../../shared/control/limits.ts';
import { dateTime } from '../../shared/report/format.ts';
import type { Html } from '../../shared/report/sections/drawer.ts';
import { gateFields } from '../gate-words.ts';

/** What calls are held to just now. */
export function gateFacts(gate: GateView, now: number): Html {
  const facts = gateFields(gate, now, dateTime).filter(([, said]) => said !== undefined);
  return html`<dl class="facts">${facts.map(([name, said]) => html`<div><dt>${name.replace(/^./, (first) => first.toUpperCase())}</dt><dd>${said}</dd></div>`)}</dl>`;
}
