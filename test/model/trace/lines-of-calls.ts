import * as z from 'zod';
import { isRootFull, isSegmentFull } from '../../../shared/domain/completion.ts';
import { CHILD_STATUSES } from '../../../shared/domain/row.ts';
import { RUN_STATUSES } from '../../../shared/domain/run.ts';
import { countsText, LINES, markedOf, pageText, placeText, register } from '../alphabet.ts';
import { type Letters, letterOf } from './letters.ts';

/** What a port call says of which run: no line where the protocol doesn't know it, as nothing decides by it. */
export interface Said {
  readonly run: string | null;
  readonly lines: readonly string[];
}

/** Of a call that took effect: its arguments and answer as they came to the port, and where letters of items are kept. */
type Reader = (args: readonly unknown[], answer: unknown, letters: Letters) => Said;

const numbers = z.set(z.number());
const segmentRef = z.object({ slice: z.number(), segment: z.number() });
const blockRef = segmentRef.extend({ block: z.number() });
const place = z.object({ segment: z.number(), block: z.number(), page: z.number() });
const page = z.union([
  z.object({ kind: z.literal('end') }),
  z.object({ kind: z.literal('items'), first: z.number(), items: z.array(z.unknown()), endsBlock: z.boolean() }),
]);
const completion = z.object({ done: numbers, counted: numbers, slices: z.number().nullable() });
const mark = z.object({ child: z.number().nullable() });
const registerState = z.object({
  turn: z.number(),
  tries: z.map(z.number(), z.object({ tries: z.number(), crashes: z.number() })),
  care: z.literal([0, 1, 2]),
  mark: mark.nullable(),
  waiting: z.map(z.number(), z.number()).default(new Map()),
});
const blockState = z.object({ done: numbers, registers: z.map(z.number(), registerState) });
const segmentState = z.object({ done: numbers, size: z.number().nullable() });
const counts = z.object({ succeeded: z.number(), failed: z.number(), cancelled: z.number(), expired: z.number() });
const outcome = z.object({ n: z.number(), status: z.enum(CHILD_STATUSES), reason: z.string().nullable() });
const checkpoint = z.object({ place, ended: z.boolean() });

const segmentText = ({ slice, segment }: z.infer<typeof segmentRef>): string => `${slice}-${segment}`;
const blockText = (ref: z.infer<typeof blockRef>): string => `${segmentText(ref)}.${ref.block}`;
const lineOf = (slot: number, { turn, care, mark, tries, waiting }: z.infer<typeof registerState>) => ({
  slot,
  turn,
  care,
  marked: markedOf(mark),
  tries: [...tries].map(([n, known]) => [n, known.tries, known.crashes] as const),
  waiting: [...waiting.keys()],
});

/** A reader of one method's calls. The arguments and the answer are checked: a port that changes fails its trace. */
function reads<A extends z.ZodType, B extends z.ZodType>(
  args: A,
  answer: B,
  says: (args: z.infer<A>, answer: z.infer<B>, letters: Letters) => readonly [string | null, ...string[]],
): Reader {
  return (given, answered, letters) => {
    const [run, ...lines] = says(args.parse(given), answer.parse(answered), letters);
    return { run, lines };
  };
}

const args = <T extends [z.ZodType, ...z.ZodType[]]>(...schemas: T) => z.tuple(schemas).rest(z.unknown());
const run = z.string();
const nothing = z.unknown();

/** By `<port>.<method>`. */
export const READERS: Readonly<Record<string, Reader>> = {
  'runs.create': reads(args(z.object({ run })), z.object({ created: z.boolean() }), ([{ run }], { created }) => [
    run,
    LINES.createRun(created),
  ]),
  'runs.plan': reads(args(run), z.array(z.unknown()), ([run], stored) => [run, LINES.putPlan(stored.length)]),
  'runs.readPlan': reads(args(run), z.array(z.unknown()).nullable(), ([run], plan) => [
    run,
    LINES.readPlan(plan?.length ?? null),
  ]),
  'runs.move': reads(args(run, z.string()), nothing, ([run, transition]) =>
    transition === 'split' ? [run, LINES.split()] : [run],
  ),
  'runs.close': reads(args(run), z.object({ status: z.enum(RUN_STATUSES) }).nullable(), ([run], closed) => [
    run,
    LINES.close(closed !== null),
  ]),
  'runs.flag': reads(args(run, z.string()), nothing, ([run, flag]) => [run, LINES.flag(flag)]),
  'runs.readCompletion': reads(args(run), completion, ([run], root) => [run, LINES.readRoot(isRootFull(root))]),
  'runs.openRoot': reads(args(run, z.number()), completion, ([run, slices], root) => [
    run,
    LINES.openRoot(slices, isRootFull(root)),
  ]),
  'runs.countSlice': reads(args(run, z.number(), z.number()), completion, ([run, slice, segments], root) => [
    run,
    LINES.countSlice(slice, segments, isRootFull(root)),
  ]),
  'runs.addSegment': reads(args(run, z.number(), z.number()), completion, ([run, slice, segment], root) => [
    run,
    LINES.addSegment(segmentText({ slice, segment }), isRootFull(root)),
  ]),
  'runs.leaseFinish': reads(
    args(run, z.string(), z.number(), z.number()),
    z.object({}).nullable(),
    ([run, , , until], leased) => [run, until === 0 ? LINES.letGoFinish() : LINES.leaseFinish(leased !== null)],
  ),
  'runs.claimMail': reads(args(run), z.boolean(), ([run], claimed) => [run, LINES.claimMail(claimed)]),
  'runs.finish': reads(
    args(run, z.string(), z.object({ status: z.string() })),
    z.boolean(),
    ([run, , { status }], done) => [run, LINES.finish(status, done)],
  ),

  'chains.lease': reads(
    args(run, z.number(), z.object({})),
    z.object({ checkpoint: checkpoint.nullable() }).nullable(),
    ([run, slice], leased) => {
      const from = leased?.checkpoint ? placeText(leased.checkpoint.place) : 'from the beginning';
      return [run, LINES.lease(slice, leased === null ? null : from)];
    },
  ),
  'chains.release': reads(args(run, z.number()), nothing, ([run, slice]) => [run, LINES.release(slice)]),
  'chains.checkpoint': reads(args(run, z.number(), checkpoint), nothing, ([run, slice, { place, ended }]) => [
    run,
    LINES.checkpoint(slice, placeText(place), ended),
  ]),
  'chains.readCheckpoints': reads(args(run), nothing, ([run]) => [run, LINES.readCheckpoints()]),
  'chains.putPage': reads(args(run, z.number(), place, page), z.boolean(), ([run, slice, at, put], isPut, letters) => {
    const lettered = letters.ofPage(put);
    if (isPut) letters.placed(run, `${slice}-${at.segment}.${at.block}`, put);
    return [run, LINES.putPage(slice, placeText(at), pageText(lettered), isPut)];
  }),
  'chains.readPage': reads(args(run, z.number(), place), page.nullable(), ([run, slice, at], found, letters) => [
    run,
    LINES.readPage(slice, placeText(at), found && pageText(letters.ofPage(found))),
  ]),

  'blocks.read': reads(args(run, blockRef), blockState, ([run, ref], { done, registers }) => [
    run,
    LINES.readBlock(
      blockText(ref),
      done,
      [...registers].map(([slot, known]) => lineOf(slot, known)),
    ),
  ]),
  'blocks.readAll': reads(args(run, blockRef), z.object({ state: blockState }), ([run, ref], { state }) => [
    run,
    LINES.readAll(blockText(ref), state.done),
  ]),
  'blocks.putOutcomes': reads(
    args(run, blockRef, z.object({ outcomes: z.array(outcome) })),
    nothing,
    ([run, ref, { outcomes }]) => [
      run,
      LINES.putOutcomes(
        blockText(ref),
        outcomes.map((ended) => `${ended.n}${letterOf(ended)}`),
      ),
    ],
  ),
  'blocks.putOutcomesOnce': reads(
    args(run, blockRef, z.object({ outcomes: z.array(outcome) })),
    nothing,
    // One without an outcome marks that a late one was counted: a service that says it again is not counted again.
    ([run, ref, { outcomes }]) => [
      run,
      ...outcomes.map((ended) => LINES.putOutcomesOnce(blockText(ref), `${ended.n}${letterOf(ended)}`)),
    ],
  ),
  'blocks.addMissing': reads(
    args(run, blockRef, z.object({ n: z.number() })),
    numbers.nullable(),
    ([run, ref, { n }], done) => [run, LINES.addMissing(blockText(ref), n, done)],
  ),
  'waits.add': reads(
    args(run, segmentRef, z.number(), z.object({ block: z.number(), slot: z.number() })),
    nothing,
    ([run, ref, , { block, slot }]) => [run, LINES.addWait(blockText({ ...ref, block }), slot)],
  ),
  'segments.countLate': reads(args(run, segmentRef), z.object({}).nullable(), ([run, ref], counted) => [
    run,
    LINES.countLate(segmentText(ref), counted !== null),
  ]),
  'blocks.addDone': reads(args(run, blockRef, z.array(z.number())), numbers, ([run, ref, children], done) => [
    run,
    LINES.addDone(blockText(ref), children, done),
  ]),
  'blocks.addDoneAndRaise': reads(
    args(run, blockRef, z.object({ slot: z.number(), done: z.array(z.number()), next: registerState })),
    z.object({ raised: z.boolean(), done: numbers }),
    ([run, ref, { slot, done, next }], after) => [
      run,
      LINES.addDoneAndRaise(blockText(ref), done, register(lineOf(slot, next)), after.raised, after.done),
    ],
  ),
  'blocks.replaceRegister': reads(
    args(run, blockRef, z.object({ slot: z.number(), next: registerState })),
    z.boolean(),
    ([run, ref, { slot, next }], replaced) => [
      run,
      LINES.replace(blockText(ref), register(lineOf(slot, next)), replaced),
    ],
  ),
  'blocks.endMark': reads(
    args(run, blockRef, z.object({ mark, done: z.array(z.number()) })),
    numbers,
    ([run, ref, { mark, done }], after) => [run, LINES.endMark(blockText(ref), mark.child ?? 'slot', done, after)],
  ),

  'segments.read': reads(
    args(run, segmentRef),
    segmentState.extend({ frozen: z.object({}).nullable() }),
    ([run, ref], { frozen, ...state }) => [
      run,
      LINES.readSegment(segmentText(ref), frozen !== null, isSegmentFull(state, ref.segment)),
    ],
  ),
  'segments.addBlock': reads(args(run, blockRef), segmentState, ([run, ref], state) => [
    run,
    LINES.addBlock(blockText(ref), isSegmentFull(state, ref.segment)),
  ]),
  'segments.setSize': reads(args(run, segmentRef, z.number()), segmentState, ([run, ref, size], state) => [
    run,
    LINES.setSize(segmentText(ref), size, isSegmentFull(state, ref.segment)),
  ]),
  'segments.freeze': reads(
    args(run, segmentRef, z.object({ part: z.string() })),
    z.object({ part: z.string(), counts }),
    ([run, ref, mine], stored) => [
      run,
      LINES.freeze(segmentText(ref), stored.part === mine.part, countsText(stored.counts)),
    ],
  ),

  'objects.put': reads(args(z.string()), nothing, ([key]) => objectLines(key)),
  'objects.putStream': reads(args(z.string()), nothing, ([key]) => objectLines(key)),

  // What only makes somebody judge a canary sends nothing in the protocol, where that may happen at any time.
  'split.send': sends(z.object({ run, slice: z.number(), judges: z.boolean().optional() }), ({ slice, judges }) =>
    judges ? null : `s:${slice}`,
  ),
  'work.send': (given, _, letters) => {
    const [sent] = z
      .tuple([z.array(z.object({ message: z.unknown(), delaySeconds: z.number().optional() }))])
      .parse(given);
    const works = sent.map(({ message, delaySeconds }) => letters.work(message, 0, (delaySeconds ?? 0) > 0));
    return { run: works[0]?.run ?? null, lines: works.map(({ text }) => LINES.send(text)) };
  },
  'aggregate.send': sends(
    z.object({ run, slice: z.number().optional(), segment: z.number().optional() }),
    ({ slice, segment }) => (slice === undefined ? 'f' : `g:${slice}-${segment}`),
  ),

  'mailer.send': reads(nothing, nothing, () => [null, LINES.mail()]),
  'events.runEnded': reads(args(z.object({ run, status: z.string() })), nothing, ([{ run, status }]) => [
    run,
    LINES.tellEnd(status),
  ]),
};

/** Part and report are what later steps stand on; of the objects of each, the one that is read first stands for all. */
function objectLines(key: string): readonly [string | null, ...string[]] {
  const [, run = '', rest = ''] = /^([^/]+)\/(.*)$/.exec(key) ?? [];
  const part = /^parts\/(\d+-\d+)\..*\.index\.json$/.exec(rest)?.[1];
  if (part !== undefined) return [run, LINES.writePart(part)];
  return rest === 'report.csv' ? [run, LINES.writeReport()] : [run];
}

function sends<M extends { readonly run: string }>(message: z.ZodType<M>, text: (message: M) => string | null): Reader {
  return (given) => {
    const sent = z.tuple([z.array(z.object({ message: z.unknown() }))]).parse(given)[0];
    const messages = sent.map((one) => message.parse(one.message));
    return { run: messages[0]?.run ?? null, lines: messages.flatMap((one) => text(one) ?? []).map(LINES.send) };
  };
}
