import { describe, expect, test } from 'vitest';
import { BUGS, type Bug } from './bugs.ts';
import type { Failure } from './explore.ts';
import { SCENES as CALLBACK } from './scenes-callback.ts';
import { SCENES as CLOSE } from './scenes-close.ts';
import { SCENES as FREEZE } from './scenes-freeze.ts';
import { SCENES as POISON } from './scenes-poison.ts';
import { SCENES as SEND } from './scenes-send.ts';
import { SCENES as SPLIT } from './scenes-split.ts';
import { SCENES as WHOLE } from './scenes-whole.ts';
import { run, type Scene, verdict } from './setup.ts';

type Planted = readonly [Scene | undefined, Failure['kind'], RegExp];

/** Where each planted bug is found, and as what. */
const PLANTED: Record<Bug, Planted> = {
  'overwrite on restart': [SPLIT['two splitters'], 'safety', /isn't what the chain holds|counted without/],
  'checkpoint before sent': [SPLIT['pages of one item'], 'liveness', /./],
  'block cut short not sent': [SPLIT['pages of one item'], 'liveness', /./],
  'no END page': [SPLIT['two splitters'], 'safety', /counted without its END/],
  'finish without END': [WHOLE['two children, nothing wrong'], 'safety', /has no END|report is wrong/],
  'counter in BLOCK': [SEND['no sweeper needed'], 'safety', /done without an outcome/],
  'counter in SEG': [FREEZE['segment of two blocks'], 'safety', /which isn't full/],
  'tell before write': [FREEZE['segment of two blocks'], 'liveness', /./],
  'delete before tell': [FREEZE['segment of two blocks'], 'liveness', /./],
  'set before page': [FREEZE['segment of two blocks'], 'safety', /done without an outcome/],
  'set before page of a group': [SEND['a group and a crash'], 'safety', /done without an outcome/],
  'page lacks some of its group': [SEND['a group and a crash'], 'safety', /done without an outcome/],
  'group deletes what it lacks': [SEND['a group of two messages'], 'liveness', /./],
  'kept before it is stored': [SEND['stored early, and a store that fails'], 'liveness', /./],
  'early completion not told': [SEND['stored early, and a store that fails'], 'liveness', /./],
  'hand-back spends a try': [SEND['handed back time and again'], 'safety', /failed after \d of its 2 calls/],
  'a try spent on pressure': [SEND['a service that is busy'], 'safety', /failed after \d of its 2 calls/],
  'a halved batch counted twice': [SEND['a batch with a culprit'], 'safety', /c failed after 1 of its 2 calls/],
  'a halved batch has two outcomes': [SEND['a batch with a culprit'], 'safety', /failed after \d of its 2 calls/],
  'hand-back sends nothing': [SEND['handed back time and again'], 'liveness', /./],
  'turn raised without its condition': [SEND['a hasty sweeper and a crash'], 'safety', /live messages/],
  'send though the condition failed': [SEND['retries and a duplicate'], 'safety', /live messages|was called/],
  'successor sent before the turn is raised': [SEND['retries and a crash'], 'safety', /live messages/],
  'send again without raising': [SEND['a hasty sweeper and a crash'], 'safety', /live messages/],
  'mark without deadline': [POISON['neighbour in the slot'], 'liveness', /./],
  'mark of the living counts': [
    POISON['neighbour in the slot, a duplicate'],
    'safety',
    /alone without evidence|no poison|said to have killed/,
  ],
  'mark of its own counts': [
    POISON['two copies of a suspect in one batch'],
    'safety',
    /alone without evidence|said to have killed/,
  ],
  'suspects together': [POISON['neighbour in the slot'], 'safety', /was called \d+ times/],
  'mark left by a lost turn': [POISON.innocents, 'safety', /said to have killed/],
  'pages read after freezing': [FREEZE['two segments'], 'safety', /is frozen but has nothing/],
  'freeze overwrites': [FREEZE['late success'], 'safety', /was frozen as .*, now reads/],
  'part under one key': [FREEZE['late success'], 'safety', /was frozen as .*, now reads/],
  'frozen not added again': [FREEZE['two segments'], 'liveness', /./],
  'close without END': [CLOSE['closed while splitting'], 'liveness', /./],
  'full run not told by closing': [CLOSE['closed before its plan'], 'liveness', /./],
  'finish without lease': [FREEZE['two finishers'], 'safety', /finished 2 times/],
  'mail without claim': [FREEZE['two finishers'], 'safety', /2 mails/],
  'lease lost with its holder': [FREEZE['two finishers'], 'liveness', /./],
  'dropped at a lease': [SPLIT['leases, two crashes'], 'liveness', /./],
  'lease without deadline': [SPLIT['leases, two crashes'], 'liveness', /./],
  'lease instead of a condition': [SPLIT['leases that run out'], 'safety', /isn't what the chain holds|counted wrong/],
  'checkpoint within a block': [SPLIT['a canary'], 'safety', /isn't what the chain holds/],
  'deleted by a cached status': [SEND['a cached status'], 'liveness', /./],
  'stale BLOCK': [SEND['a cached status'], 'liveness', /./],
  'stale pages': [FREEZE['segment of two blocks'], 'safety', /has no outcome/],
  'stale SEG': [FREEZE['segment of two blocks'], 'liveness', /./],
  'stale ROOT': [FREEZE['two finishers'], 'liveness', /./],
  'cut said after END': [CLOSE['cancel a run that starts'], 'safety', /its children were cut short/],
  'cut said late': [CLOSE['cancel a run that starts'], 'safety', /its mail says/],
  'closed is cancelled': [CLOSE['cancel while calling'], 'safety', /the run is cancelled, not/],
  'overdue run is not closed': [CLOSE['its deadline comes while calling'], 'liveness', /./],
  'dead letter of an old turn': [SEND['dead letters'], 'safety', /though its turn was old/],
  'waiting kept in a message': [CALLBACK.early, 'safety', /carries a child that waits/],
  'register before its bucket': [CALLBACK['never, and a crash'], 'liveness', /./],
  'token checked after the read': [CALLBACK['a forged token'], 'safety', /a forged callback has read BLOCK/],
  'accepted after freezing': [CALLBACK['late or never'], 'safety', /a 200 was untrue/],
  'late callbacks not counted': [CALLBACK['late or never'], 'safety', /a 200 was untrue/],
  'old failure ends the newer call': [CALLBACK['two words of one call'], 'safety', /an old call's failure ended/],
  'a failure raises the turn under a call': [CALLBACK['a failure beside a call'], 'safety', /b was called 3 times/],
  'a wait that is over raises the turn under a call': [
    CALLBACK['over beside a call'],
    'safety',
    /b was called 3 times/,
  ],
  'callbacks undone by a call of others': [
    CALLBACK['heard of beside a call'],
    'safety',
    /lost though its service was heard of/,
  ],
  'a wait ended as it was read': [CALLBACK['heard of beside a call'], 'safety', /lost though its service was heard of/],
  'no sweeper': [WHOLE['two children, a lost message'], 'liveness', /./],
};

describe('planted bugs are found', () => {
  test.each(Object.entries(PLANTED))('%s', { timeout: 120_000 }, (name, [scene, kind, what]) => {
    const bug = Object.keys(BUGS).find((known): known is Bug => known === name);
    if (!scene || !bug) throw new Error(`No such scene or bug: ${name}.`);
    const exploration = run(scene, bug);
    expect(verdict(exploration)).not.toBe('nothing wrong');
    expect(exploration.failure?.kind).toBe(kind);
    expect(exploration.failure?.what).toMatch(what);
  });
});
