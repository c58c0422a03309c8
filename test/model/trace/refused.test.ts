import { describe, expect, test } from 'vitest';
import type { Bug } from '../bugs.ts';
import { accept } from './accept.ts';
import { NAMED } from './runs.ts';
import { initial, type Recorded, record } from './scenes.ts';
import type { Trace } from './trace.ts';

/** Recorded once: each test works on a copy. */
const recorded = new Map<string, Promise<Recorded>>();

function of(name: string): Promise<Recorded> {
  const known = recorded.get(name) ?? recordNamed(name);
  recorded.set(name, known);
  return known;
}

async function recordNamed(name: string): Promise<Recorded> {
  const scene = NAMED[name];
  const [first] = scene ? await record(scene) : [];
  if (!first) throw new Error(`No scene ${name}.`);
  expect(accept(first.level, initial, first.trace).accepted).toBe(true);
  return first;
}

const lineOf = (event: Trace[number] | undefined): string => (event && 'line' in event ? event.line : '');

/** Two calls of one invocation, in the order in which they were made: the first that looks like `one`, the next like `other`. */
function find(trace: Trace, one: RegExp, other: RegExp): readonly [number, number] {
  const first = trace.findIndex((event) => one.test(lineOf(event)));
  const who = trace[first]?.who;
  const second = trace.findIndex(
    (event, at) => at > first && other.test(lineOf(event)) && (event.who === who || event.who === null || who === null),
  );
  if (first < 0 || second < 0) throw new Error(`No ${one} before ${other} in the trace.`);
  return [first, second];
}

function swapped(trace: Trace, one: RegExp, other: RegExp): Trace {
  const [i, j] = find(trace, one, other);
  return trace.map((event, at) => {
    const swap = at === i ? trace[j] : at === j ? trace[i] : undefined;
    return swap ?? event;
  });
}

const without = (trace: Trace, call: RegExp): Trace => {
  const at = trace.findIndex((event) => call.test(lineOf(event)));
  if (at < 0) throw new Error(`No ${call} in the trace.`);
  return trace.filter((_, i) => i !== at);
};

describe('the model refuses a trace with two calls swapped', () => {
  test.each<[string, string, RegExp, RegExp]>([
    ['the page of outcomes and the set', 'one child', /^put outcomes/, /^add done/],
    ["a group's page and its set", 'a group commit', /^put outcomes .*,/, /^add done/],
    ["the set, and the block in its segment's set", 'one child', /^add done/, /^add block/],
    ["the block in its segment's set, and the notification", 'one child', /^add block/, /^send g/],
    ['the notification, and the deletion of the message', 'one child', /^send g/, /^delete w/],
    ['the raised register, and the next message', 'retries and failures', /^raise/, /^send w/],
    ['a page of outcomes, and the register raised with it', 'retries and failures', /^put outcomes/, /^raise/],
    ['the next message, and the deletion of the last', 'retries and failures', /^send w.*:1:4:0/, /^delete w/],
    ['the mark of a child, and its call', 'a killer', /^replace register/, /^call/],
    ['the outcome of a child called alone, and the end of its mark', 'a killer', /^put outcomes/, /^end mark/],
    ['the part and its freezing', 'one child', /^write part/, /^freeze/],
    ['the reading of pages, and freezing', 'one child', /^read all/, /^freeze/],
    ["the freezing, and the segment in the run's set", 'one child', /^freeze/, /^add segment/],
    ["the segment in the run's set, and the notification", 'one child', /^add segment/, /^send f/],
    ['the lease of the finish, and the report', 'one child', /^lease the finish/, /^write report/],
    ['the report, and the claim of the mail', 'one child', /^write report/, /^claim the mail/],
    ['the claim and the mail', 'one child', /^claim the mail/, /^mail/],
    ['the mail and the event', 'one child', /^mail/, /^event/],
    ['the event, and the final status', 'one child', /^event/, /^finish/],
    ["a block's page and its messages", 'one child', /^put page/, /^send w/],
    ["a block's messages and the checkpoint", 'one child', /^send w/, /^checkpoint/],
    ['END, and the size of the last segment', 'one child', /^put page .*END/, /^size of/],
    ["END, and the slice's count", 'one child', /^put page .*END/, /^count slice/],
    ['the size of the last segment, and the count', 'one child', /^size of/, /^count slice/],
    ['the count, and the checkpoint that says ended', 'one child', /^count slice/, /^checkpoint .*ended/],
    ['RUN and the plan', 'one child', /^create RUN/, /^put plan/],
    ["the plan and the slices' messages", 'one child', /^put plan/, /^send s/],
    ["ROOT and the slices' messages", 'one child', /^open ROOT/, /^send s/],
    ['the flag of the canary, and the slices that go on', 'a canary', /^flag canary-passed/, /^send s/],
    [
      'the flag that a run is cut, and the END that cuts it',
      'cancelled while splitting',
      /^flag cut/,
      /^put page .*END/,
    ],
    ['the status closing, and the first word of giving up', 'cancelled three times', /^close/, /^put outcomes/],
    ['the word of children given up, and the set', 'cancelled three times', /^put outcomes .*C/, /^add done/],
    ['the word of a dead letter, and the set', 'a dead letter', /^put outcomes .*D/, /^add done/],
    ['the set, and the deletion of a dead letter', 'a dead letter', /^add done/, /^delete x/],
  ])('%s', async (_, name, one, other) => {
    const { level, trace } = await of(name);
    expect(accept(level, initial, swapped(trace, one, other)).accepted).toBe(false);
  });
});

describe('the model refuses a trace with a call left out', () => {
  test.each<[string, string, RegExp]>([
    ['a page of outcomes', 'one child', /^put outcomes/],
    ['the set', 'one child', /^add done/],
    ["the block in its segment's set", 'one child', /^add block/],
    ['the notification of a full segment', 'one child', /^send g/],
    ['the next message of a slot', 'retries and failures', /^send w.*:1:4:0/],
    ['the raised register', 'retries and failures', /^raise/],
    ['a mark', 'a killer', /^replace register/],
    ["a mark's end", 'a killer', /^end mark/],
    ['the part', 'one child', /^write part/],
    ['the freezing', 'one child', /^freeze/],
    ["the segment in the run's set", 'one child', /^add segment/],
    ['the notification of a full run', 'one child', /^send f/],
    ['the lease of the finish', 'one child', /^lease the finish/],
    ['the claim of the mail', 'one child', /^claim the mail/],
    ['the event', 'one child', /^event/],
    ["a block's message", 'a group commit', /^send w/],
    ['the checkpoint', 'one child', /^checkpoint/],
    ['END', 'one child', /^put page .*END/],
    ["the slice's count", 'one child', /^count slice/],
    ['the flag that a run is cut', 'cancelled while splitting', /^flag cut/],
    ['the flag of the canary', 'a canary', /^flag canary-passed/],
  ])('%s', async (_, name, call) => {
    const { level, trace } = await of(name);
    expect(accept(level, initial, without(trace, call)).accepted).toBe(false);
  });
});

describe('a model with a planted bug refuses what the code does', () => {
  test.each<[Bug, string]>([
    ['set before page', 'one child'],
    ['set before page of a group', 'a group commit'],
    ['page lacks some of its group', 'a group commit'],
    ['tell before write', 'one child'],
    ['successor sent before the turn is raised', 'retries and failures'],
    ['hand-back spends a try', 'hand-backs'],
    ['a try spent on pressure', 'a service that is busy'],
    ['checkpoint before sent', 'one child'],
    ['no END page', 'one child'],
    ['pages read after freezing', 'one child'],
    ['suspects together', 'a killer'],
    ['cut said after END', 'cancelled while splitting'],
  ])('%s', async (bug, name) => {
    const { level, trace } = await of(name);
    expect(accept(level, initial, trace, bug).accepted).toBe(false);
  });
});
