import type { Step } from '../steps.ts';
import { claim, claimAlone, endCall, type Found, find, handBack, type Rules, settle } from './item.ts';
import { callOf, deleteMessage, end, hear, putBack, send, tell, unlist } from './moves.ts';
import { type CallWorld, type Forward, type Pair, PHASE, spend } from './world.ts';

/** A forwarder with one message: it claims, tries what it claimed together, then what is suspect by itself, and sends what is left. */
export function forwardSteps(w: CallWorld, rules: Rules, p: Forward): Step[] {
  const { bug } = rules;
  const step = (name: string, run: () => void): Step[] => [{ name: `forward: ${name}`, run }];
  switch (p.at) {
    case 'claim':
      return step('claim', () => claimNext(w, rules, p));
    case 'alone':
      return step('claim alone', () => claimSuspect(w, rules, p));
    case 'call':
      if (p.late && bug !== 'tried past its end') return step('hand back', () => giveBack(w, rules, p));
      return step('begin', () => begin(w, rules, p));
    case 'answer':
      return answers(w, p);
    case 'settle':
      return step('settle', () => settleNext(w, rules, p));
    case 'send':
      return step('send again', () => {
        if (p.now) send(w, [p.now]);
        goOn(p);
      });
    case 'tell':
      return step('tell', () => {
        if (p.now) tell(w, p.now[0]);
        if (p.now && callOf(w, p.now[0]).listed !== null) p.at = 'unlist';
        else goOn(p);
      });
    case 'unlist':
      return step('take out of the index', () => {
        if (p.now) unlist(w, p.now[0]);
        goOn(p);
      });
    case 'rest':
      return restSteps(w, rules, p);
    case 'delete':
      return step('delete message', () => {
        deleteMessage(w, p, rules);
        end(w, p);
      });
  }
}

function goOn(p: Forward): void {
  p.now = null;
  if (p.todo.length > 0) p.at = 'claim';
  else if (p.claimed.length > 0) p.at = p.trying ? 'answer' : 'call';
  else if (p.alone.length > 0) p.at = 'alone';
  else p.at = p.rest.length > 0 ? 'rest' : 'delete';
}

function claimNext(w: CallWorld, rules: Rules, p: Forward): void {
  const pair = p.todo.shift();
  if (!pair) return;
  const [which, turn] = pair;
  const call = callOf(w, which);
  const found = find(call, turn, rules);
  if (found === 'free') {
    claim(call, p.id, p.late, rules);
    claimed(w, p, which);
  } else if (found === 'suspect') p.alone.push(pair);
  else if (found === 'early') p.rest.push(pair);
  if (!setAside(w, rules, p, pair, found)) goOn(p);
}

/** Of those that a forwarder may have died of the one with the fewest crashes comes first, by itself. */
function claimSuspect(w: CallWorld, rules: Rules, p: Forward): void {
  p.alone.sort(([a], [b]) => callOf(w, a).crashes - callOf(w, b).crashes || a - b);
  const areTogether = rules.bug === 'suspects together' || rules.bug === 'every mark is a crash';
  const pairs = areTogether ? p.alone.splice(0) : p.alone.splice(0, 1);
  let isTelling = false;
  for (const pair of pairs) {
    const call = callOf(w, pair[0]);
    const found = find(call, pair[1], rules);
    const isPoison = isTriable(found) && claimAlone(call, p.id, p.late, rules) === 'poison';
    if (isTriable(found) && !isPoison) claimed(w, p, pair[0]);
    isTelling = setAside(w, rules, p, pair, isPoison ? 'ended' : found) || isTelling;
  }
  if (!isTelling) goOn(p);
}

/** The claim's answer brings the item as it is by now. */
function claimed(w: CallWorld, p: Forward, which: number): void {
  const { past, turn } = callOf(w, which);
  if (past) w.ghost.wrong ??= 'claimed behind its last moment';
  p.claimed.push([which, turn]);
}

const isTriable = (found: Found): boolean => found === 'free' || found === 'suspect';

/** What another is trying is left for later; of what has ended the outcome is told. */
function setAside(w: CallWorld, rules: Rules, p: Forward, pair: Pair, found: Found): boolean {
  if (found === 'held' && rules.bug !== 'deleted at a live mark') p.rest.push(pair);
  if (found === 'expired') endCall(callOf(w, pair[0]), 'expired', 'message', rules);
  if (found !== 'ended' && found !== 'expired') return false;
  toTell(w, rules, p, pair);
  return true;
}

function begin(w: CallWorld, rules: Rules, p: Forward): void {
  for (const [which] of p.claimed) {
    const call = callOf(w, which);
    const ghost = w.ghost.of[which];
    if (!ghost) continue;
    const others = w.procs.filter(
      (one) => one.kind === 'forward' && one.trying && one.claimed.some(([n]) => n === which),
    );
    ghost.tries -= 1;
    if (ghost.cancelled) w.ghost.wrong ??= 'a try began behind a confirmed cancel';
    else if (call.outcome !== null) w.ghost.wrong ??= 'a try began behind its outcome';
    else if (others.length > 0) w.ghost.wrong ??= 'two tries of one call at once';
    else if (ghost.wait > 0 || call.phase < PHASE.due) w.ghost.wrong ??= 'a try began before its due time';
    else if (ghost.tries < 0)
      w.ghost.wrong ??= 'more tries than one, and one for each failure and each mark that ran out';
  }
  p.trying = true;
  p.at = 'answer';
  if (!p.claimed.some(([which]) => rules.killers.includes(which))) return;
  w.ghost.kills += 1;
  putBack(w, p);
}

/** No time is left to try what it claimed. */
function giveBack(w: CallWorld, rules: Rules, p: Forward): void {
  for (const [which, turn] of p.claimed) handBack(callOf(w, which), p.id, turn, rules);
  p.rest.push(...p.claimed.splice(0));
  goOn(p);
}

function answers(w: CallWorld, p: Forward): Step[] {
  const answered = (answer: NonNullable<Forward['answer']>) => () => {
    const pair = p.claimed.shift();
    p.now = pair ?? null;
    p.answer = answer;
    if (answer !== 'success' && pair) hear(w, pair[0], answer);
    if (answer !== 'success') spend(w, answer);
    if (p.claimed.length === 0) p.trying = false;
    p.at = 'settle';
  };
  const steps: Step[] = [{ name: 'forward: success', run: answered('success') }];
  for (const fault of ['failure', 'pressure'] as const) {
    if (w.left[fault]) steps.push({ name: `forward: ${fault}`, fault: true, run: answered(fault) });
  }
  return steps;
}

function settleNext(w: CallWorld, rules: Rules, p: Forward): void {
  const { now, answer } = p;
  p.answer = null;
  if (!now || !answer) return;
  const call = callOf(w, now[0]);
  const settled = settle(call, p.id, now[1], answer, rules);
  const failures = w.ghost.of[now[0]]?.failures ?? 0;
  if (call.outcome === 'failed' && settled === 'ended' && failures < rules.attempts) {
    w.ghost.wrong ??= `failed after ${failures} of its ${rules.attempts} failures`;
  }
  if (settled === 'ended') toTell(w, rules, p, now);
  else if (settled === 'again' && call.phase >= PHASE.near) {
    p.now = [now[0], call.turn];
    p.at = 'send';
  } else goOn(p);
}

function toTell(w: CallWorld, rules: Rules, p: Forward, pair: Pair): void {
  p.now = pair;
  p.at = 'tell';
  if (rules.bug === 'deleted before told') deleteMessage(w, p, rules);
}

/** All that is left of it goes back with it; a part is sent anew, and then it is deleted. */
function restSteps(w: CallWorld, { bug, variant }: Rules, p: Forward): Step[] {
  const isAll = p.rest.length === p.message.pairs.length || variant === 'whole message back';
  if (isAll && bug !== 'rest forgotten') return [{ name: 'forward: put back', run: () => putBack(w, p) }];
  const run = () => {
    const rest = p.rest.splice(0);
    if (bug !== 'rest forgotten') send(w, rest);
    p.at = 'delete';
  };
  return [{ name: 'forward: send the rest', run }];
}
