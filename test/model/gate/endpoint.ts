import { broken, mended } from '../../../shared/domain/gate/breaker.ts';
import { type EndpointState, NEW_ENDPOINT, shutBy } from '../../../shared/domain/gate/endpoint-state.ts';
import type { Step } from '../steps.ts';
import { type Rules, writeEndpoint } from './table.ts';
import { type Endpoint, type Forwarder, type GateWorld, LONG_AGO, spend, type Write } from './world.ts';

/** What a forwarder reads of its endpoint, hears from its service and writes: shared/calling/gate.ts, a step at a time. */

const READ_HOLDS_MS = 3_000;

export const isKnown = ({ readAt }: Forwarder, { readEveryMs, bug }: Rules): boolean =>
  readEveryMs === null || -readAt <= READ_HOLDS_MS || bug === 'a stale reading believed';

/** What its own writes say holds for it until they have ended, whatever it reads meanwhile. */
export function shutUntilOf({ known, told, writes }: Forwarder, { bug }: Rules): number {
  return bug === 'told only by what is read'
    ? known.shutUntil
    : Math.max(known.shutUntil, told, ...writes.map(untilOf));
}

const untilOf = (write: Write): number => ('shut' in write.do ? write.do.shut : write.do.change.shutUntil);

/** A reading is answered with what was there when it was sent: of all that it may be answered, the oldest. */
export function readingSteps(w: GateWorld, rules: Rules, f: Forwarder, isWanted: boolean): Step[] {
  const { reading } = f;
  if (reading === null) {
    if (!isWanted || rules.readEveryMs === null || -f.readAt < rules.readEveryMs) return [];
    return [{ name: 'read the endpoint', run: () => refresh(w, f) }];
  }
  const { answer, sent, again } = reading;
  const hear = () => {
    f.reading = null;
    take(f, answer, sent, rules);
    if (again) refresh(w, f);
    else f.writes = f.writes.filter(({ isOver }) => !isOver);
  };
  const fail = () => {
    f.reading = null;
    for (const write of f.writes.filter(({ isOver }) => isOver)) giveUp(f, write);
  };
  return [{ name: 'take a reading', run: hear }, ...refusal(w, 'endpoint not read', fail)];
}

export function refresh(w: GateWorld, f: Forwarder): void {
  f.reading ??= { sent: 0, answer: { ...w.endpoint }, again: false };
}

/** What was read or written last counts. */
function take(f: Forwarder, state: Endpoint, sent: number, { bug }: Rules): void {
  const isOlder = sent <= f.writtenAt && state.version < f.known.version;
  if (isOlder && bug !== 'an older reading taken') return;
  f.known = { ...state };
  f.readAt = Math.max(f.readAt, sent);
}

export function writeSteps(w: GateWorld, rules: Rules, f: Forwarder): Step[] {
  return f.writes.flatMap((write): Step[] => {
    const { answer } = write;
    if (write.isOver) return [];
    if (answer === null) {
      const done: Step = { name: 'table: endpoint written', run: () => writeEndpoint(w, rules, write) };
      return [done, ...refusal(w, 'endpoint not written', () => giveUp(f, write))];
    }
    if (answer === 'refused') {
      const readAnew = () => {
        write.isOver = true;
        // A reading that is under way may be older than what refused it.
        if (f.reading) f.reading.again = true;
        refresh(w, f);
      };
      return [{ name: 'hear that it changed', run: readAnew }];
    }
    const hear = () => {
      remove(f, write);
      f.writtenAt = 0;
      take(f, answer, write.sent, rules);
    };
    return [{ name: 'hear of a write', run: hear }];
  });
}

/** It failed: what it said holds here all the same. */
function giveUp(f: Forwarder, write: Write): void {
  remove(f, write);
  f.told = Math.max(f.told, untilOf(write));
}

function remove(f: Forwarder, write: Write): void {
  f.writes = f.writes.filter((other) => other !== write);
}

/** Every way in which its call may end. */
export function answerSteps(w: GateWorld, rules: Rules, f: Forwarder, by: number, began: number): Step[] {
  const ended = (name: string, fault: boolean, run: () => void): Step => ({
    name,
    fault,
    run: () => {
      f.call = null;
      run();
    },
  });
  const steps = [
    ended('call succeeds', false, () => {
      w.left -= 1;
      if (f.known.level > 0 && isSince(f, began)) change(f, mended(stateOf(f.known), 0));
    }),
  ];
  if (w.may.pressure) {
    for (const ms of rules.retryAfterMs) {
      steps.push(
        ended(`call is answered Retry-After: ${ms / 1_000}`, true, () => {
          spend(w, 'pressure');
          shut(f, rules, shutBy(ms, 0));
          w.ghost.told[by] = Math.max(w.ghost.told[by] ?? 0, ms);
        }),
      );
    }
  }
  if (w.may.failure) {
    steps.push(
      ended('call fails', true, () => {
        spend(w, 'failure');
        if (f.known.level === 0 || isSince(f, began)) change(f, broken(stateOf(f.known), 0, 'http-500'));
      }),
    );
  }
  return steps;
}

const isSince = ({ known }: Forwarder, began: number): boolean => began > (known.cutAt ?? LONG_AGO);

function shut(f: Forwarder, rules: Rules, until: number): void {
  // Of many answers alike, the first has said it.
  if (shutUntilOf(f, rules) > until - 500) return;
  f.known = { ...f.known, shutUntil: until };
  f.writes.push({ sent: 0, do: { shut: until }, answer: null, isOver: false });
}

function change(f: Forwarder, { shutUntil, level, cap }: EndpointState): void {
  if (f.writes.some((write) => 'change' in write.do)) return;
  const next = { shutUntil, level, cutAt: cap?.cutAt ?? null };
  const write: Write = { sent: 0, do: { read: f.known.version, change: next }, answer: null, isOver: false };
  f.known = { ...f.known, ...next };
  f.writes.push(write);
}

function stateOf({ shutUntil, level, version, cutAt }: Endpoint): EndpointState {
  return { ...NEW_ENDPOINT, shutUntil, level, version, cap: { size: 1, since: 0, cutAt, renewed: 0 } };
}

/** The table doesn't take a call. */
export function refusal(w: GateWorld, what: string, run: () => void): Step[] {
  if (!w.may.refusal) return [];
  const refuse = () => {
    spend(w, 'refusal');
    run();
  };
  return [{ name: `fault: ${what}`, fault: true, run: refuse }];
}
