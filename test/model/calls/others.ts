import type { Step } from '../steps.ts';
import { cancel, giveUp, isHeld, move, type Rules, raise, setDue } from './item.ts';
import { callOf, deleteMessage, end, heldBy, putBack, send, tell, unlist } from './moves.ts';
import { type CallWorld, type DeadLetter, type Pair, PHASE, type Process, type Request, type Round } from './world.ts';

/** What creates calls, looks for them, and ends or moves them from outside. */

export function creationSteps(w: CallWorld, rules: Rules, p: Extract<Process, { kind: 'create' }>): Step[] {
  const call = callOf(w, 0);
  const put = (phase = call.phase, sends = phase >= PHASE.near) => {
    const isNew = call.digest === null;
    if (isNew) {
      call.digest = p.digest;
      setDue(call, phase);
      if (!sends) call.listed = 'unsent';
      const [ghost] = w.ghost.of;
      if (ghost) ghost.wait = PHASE.due - phase;
    } else if (call.digest !== p.digest) {
      end(w, p);
      return;
    }
    p.turn = call.turn;
    const isSent = call.listed === 'sent' && call.outcome === null;
    p.at = isSent && (isNew || rules.variant !== 'created again, not sent again') ? 'send' : 'answer';
  };
  switch (p.at) {
    case 'put': {
      const steps: Step[] = [{ name: 'create: put if absent', run: () => put() }];
      if (call.digest === null && call.phase === PHASE.far) {
        steps.push({ name: 'create: put when it is due by now', fault: true, run: () => put(PHASE.due, false) });
      }
      return steps;
    }
    case 'send': {
      const run = () => {
        send(w, [[0, p.turn]]);
        p.at = 'answer';
      };
      return [{ name: 'create: send', run }];
    }
    case 'answer': {
      const run = () => {
        if (call.digest !== p.digest) w.ghost.wrong ??= 'another body was taken for the same call';
        end(w, p);
      };
      return [{ name: 'create: answer', run }];
    }
  }
}

export function roundSteps(w: CallWorld, rules: Rules, p: Round): Step[] {
  const isUnlistedFirst = rules.bug === 'unlisted before told';
  const at = (next: Round['at'] | null, run: () => void) => () => {
    run();
    if (next === null) end(w, p);
    else p.at = next;
  };
  switch (p.at) {
    case 'raise':
      return [{ name: 'round: raise turn', run: () => raiseListed(w, rules, p) }];
    case 'send':
      return [{ name: 'round: send', run: at(null, () => send(w, [[p.call, p.turn]])) }];
    case 'tell':
      return [{ name: 'round: tell', run: at(isUnlistedFirst ? null : 'unlist', () => tell(w, p.call)) }];
    case 'unlist':
      return [
        { name: 'round: take out of the index', run: at(isUnlistedFirst ? 'tell' : null, () => unlist(w, p.call)) },
      ];
  }
}

/** Its condition's failure says what the call is by now; an entry that is no more has nothing left to tell. */
function raiseListed(w: CallWorld, rules: Rules, p: Round): void {
  const call = callOf(w, p.call);
  const raised = raise(call, p.turn, rules);
  if (raised === 'raised') {
    p.turn = call.turn;
    p.at = 'send';
  } else if (raised === 'left' || call.listed === null) end(w, p);
  else p.at = rules.bug === 'unlisted before told' ? 'unlist' : 'tell';
}

export function requestSteps(w: CallWorld, rules: Rules, p: Request): Step[] {
  const call = callOf(w, 0);
  const step = (name: string, run: () => void): Step[] => [{ name: `${p.kind}: ${name}`, run }];
  switch (p.at) {
    case 'read':
      return step('read', () => {
        if (call.outcome !== null || isHeld(call, rules)) end(w, p);
        else p.at = 'write';
      });
    case 'write':
      if (p.kind === 'move') return step('write', () => writeMove(w, rules, p));
      return step('write', () => {
        const wasEnded = call.outcome !== null;
        if (!cancel(call, rules)) end(w, p);
        else if (wasEnded && call.listed === null) p.at = 'answer';
        else p.at = 'tell';
      });
    case 'send':
      return step('send', () => {
        send(w, [[0, p.turn]]);
        p.at = 'answer';
      });
    case 'tell':
      return step('tell', () => {
        tell(w, 0);
        p.at = 'unlist';
      });
    case 'unlist':
      return step('take out of the index', () => {
        unlist(w, 0);
        p.at = 'answer';
      });
    case 'answer':
      return step('confirm', () => {
        const [ghost] = w.ghost.of;
        if (ghost && p.kind === 'cancel') ghost.cancelled = true;
        end(w, p);
      });
  }
}

/** What the client is told holds from the write on: no try may begin before the new time. */
function writeMove(w: CallWorld, rules: Rules, p: Request): void {
  const call = callOf(w, 0);
  if (!move(call, rules)) {
    end(w, p);
    return;
  }
  const [ghost] = w.ghost.of;
  if (ghost) ghost.wait = Math.max(0, PHASE.due - call.phase);
  p.turn = call.turn;
  p.at = call.listed === 'sent' ? 'send' : 'answer';
}

export function deadLetterSteps(w: CallWorld, rules: Rules, p: DeadLetter): Step[] {
  const goOn = () => {
    p.now = null;
    p.at = p.todo.length > 0 ? 'give up' : 'delete';
  };
  switch (p.at) {
    case 'give up': {
      const run = () => {
        const pair = p.todo.shift();
        if (!pair) return;
        const isLater = ([call, turn]: Pair) => call === pair[0] && turn > pair[1];
        const hasLater = [...w.queue, ...heldBy(w)].some(({ pairs }) => pairs.some(isLater));
        const done = giveUp(callOf(w, pair[0]), pair[1], rules);
        if (done === 'given up' && hasLater) w.ghost.wrong ??= 'given up though a later message has it';
        if (done === 'held') putBack(w, p);
        else if (done === 'old') goOn();
        else {
          p.now = pair;
          p.at = 'tell';
        }
      };
      return [{ name: 'dead letter: give up', run }];
    }
    case 'tell': {
      const run = () => {
        if (!p.now) return;
        tell(w, p.now[0]);
        if (callOf(w, p.now[0]).listed === null) goOn();
        else p.at = 'unlist';
      };
      return [{ name: 'dead letter: tell', run }];
    }
    case 'unlist': {
      const run = () => {
        if (p.now) unlist(w, p.now[0]);
        goOn();
      };
      return [{ name: 'dead letter: take out of the index', run }];
    }
    case 'delete': {
      const run = () => {
        deleteMessage(w, p, rules);
        end(w, p);
      };
      return [{ name: 'dead letter: delete message', run }];
    }
  }
}
