import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { type Completion, packCount } from '../../domain/completion.ts';
import { InputError, RunPurgedError } from '../../domain/errors.ts';
import { packSegment } from '../../domain/ids.ts';
import type { Json } from '../../domain/json.ts';
import { redrive } from '../../domain/redrive.ts';
import {
  CLOSE_REASONS,
  countsSchema,
  isFinal,
  RUN_FLAGS,
  RUN_STATUSES,
  runFailure,
  TRANSITIONS,
  type Transition,
} from '../../domain/run.ts';
import { knownWord, NewerVersionError } from '../../domain/versions.ts';
import { MAIL_STATES, type NewRun, type RunEnd, type RunRecord, type RunStore } from '../../ports/run-store.ts';
import { B, bytesOf, type Item, N, NS, numberOf, required, S, setOf, stringOf } from './attributes.ts';
import { pack, unpack } from './codec.ts';
import { absent, all, any, below, differs, equals, oneOf, present } from './conditions.ts';
import type { ItemTable, Update } from './item-table.ts';
import type { Keys } from './keys.ts';
import { isTombstone } from './tombstone.ts';

const json: z.ZodType<Json> = z.json();
const head = z.object({
  run: z.string(),
  definition: z.string(),
  input: z.string(),
  params: json,
  limit: z.number().nullable(),
  file: z.string().optional(),
  items: z.string().optional(),
  // Shown, and nothing decides by it: a word that a newer release says is shown as it is.
  trigger: z.string(),
  redrive: redrive.optional(),
  canary: z.number().optional(),
  queued: z.boolean().optional(),
  startedAt: z.number(),
  deadline: z.number(),
  ttl: z.number(),
});
const parts = z.array(json);

/** A plan is one item: a thousand parts of a few hundred bytes fit easily. */
const MAX_PLAN_BYTES = 100_000;

export function runStore(table: ItemTable, keys: Keys): RunStore {
  const get = async (run: string) => {
    const item = await table.get(keys.run(run));
    return item && !isTombstone(item) ? item : undefined;
  };
  const readMany = async (runs: readonly string[]) => {
    const items = await table.getMany(runs.map(keys.run));
    return items.flatMap((item) => (item && !isTombstone(item) ? readable(item) : []));
  };
  const update = (run: string, change: Update) => table.update(keys.run(run), change);
  const updateRoot = async (run: string, change: Update) =>
    completionOf((await table.update(keys.root(run), change)) ?? {});

  return {
    async create(run) {
      const created = await table.putIfAbsent(keys.run(run.run), {
        head: S(JSON.stringify(head.parse(run))),
        status: S('planned'),
        ttl: N(run.ttl),
        ...listing(keys, 'active', run),
      });
      const item = created ? undefined : await table.get(keys.run(run.run));
      if (item && isTombstone(item)) throw new RunPurgedError(run.run);
      return { created, record: item ? recordOf(item) : newRecord(run) };
    },

    async read(run) {
      const item = await get(run);
      return item ? recordOf(item) : null;
    },

    async wasPurged(run) {
      const item = await table.get(keys.run(run));
      return item !== undefined && isTombstone(item);
    },

    readMany,

    async list({ limit, activeOnly }) {
      const found: Item[] = [];
      for (const state of activeOnly ? (['active'] as const) : (['active', 'ended'] as const)) {
        found.push(
          ...(await table.query({
            index: 'runs',
            partition: keys.pipeline,
            prefix: `${state}#`,
            descending: true,
            limit,
          })),
        );
      }
      // The index holds keys alone and may lag: the runs themselves are read.
      // A run that ended between the two queries is in both.
      const runs = new Set(found.map((item) => required(stringOf(item, 'pk'), 'pk').slice(keys.pipeline.length + 1)));
      const records = await readMany([...runs]);
      return records
        .filter((record) => !activeOnly || !isFinal(record.status))
        .sort((a, b) => b.startedAt - a.startedAt)
        .slice(0, limit);
    },

    async plan(run, wanted, ttl) {
      const packed = pack(wanted);
      if (packed.length > MAX_PLAN_BYTES) {
        throw new InputError(
          `The plan's ${wanted.length} ranges are ${packed.length} bytes compressed; allowed are ${MAX_PLAN_BYTES}. Put less into each range, such as the first and last of its files instead of all their names.`,
        );
      }
      if (await table.putIfAbsent(keys.plan(run), { parts: B(packed), ttl: N(ttl) })) return wanted;
      return planOf(required(await table.get(keys.plan(run)), 'plan'));
    },

    async readPlan(run) {
      const item = await table.get(keys.plan(run));
      return item ? planOf(item) : null;
    },

    async move(run, transition) {
      return orNull(await update(run, moving(transition)));
    },

    async close(run, reason, failure) {
      const { set, condition } = moving('close');
      const why = { closed: S(reason), ...(failure && { failure: S(JSON.stringify(failure)) }) };
      return orNull(await update(run, { set: { ...set, ...why }, condition }));
    },

    async flag(run, flag) {
      await update(run, {
        add: { flags: { SS: [flag] } },
        condition: all(present('status'), differs('status', 'finishing'), absent('endedAt')),
      });
    },

    async leaseFinish(run, owner, now, until) {
      const { set, condition } = moving('finish');
      const isFree = any(absent('finisher'), equals('finisher', owner), below('finishUntil', now));
      const item = await update(run, {
        set: { ...set, finisher: S(owner), finishUntil: N(until) },
        add: { finishers: N(until > now ? 1 : -1) },
        condition: all(condition, isFree),
      });
      return item && { ...recordOf(item), finishers: numberOf(item, 'finishers') ?? 1 };
    },

    async finish(run, owner, end: RunEnd) {
      const record = await get(run);
      if (!record) return false;
      const written = await update(run, {
        set: {
          status: S(end.status),
          counts: S(JSON.stringify(end.counts)),
          ...(end.failure && { failure: S(JSON.stringify(end.failure)) }),
          summary: S(end.summary),
          endedAt: N(end.endedAt),
          ...listing(keys, 'ended', recordOf(record)),
        },
        remove: ['finisher', 'finishUntil'],
        condition: all(equals('status', 'finishing'), equals('finisher', owner)),
      });
      if (written) return true;
      // The client repeats a request whose answer was lost, and then meets its own write.
      const after = await get(run);
      return stringOf(after, 'status') === end.status && numberOf(after, 'endedAt') === end.endedAt;
    },

    async claimMail(run) {
      const claim = randomUUID();
      const written = await update(run, {
        set: { mail: S('sending'), mailClaim: S(claim) },
        condition: all(present('status'), absent('mail')),
      });
      if (written) return true;
      // The client repeats a request whose answer was lost, and then meets its own claim: no other finisher may send the mail.
      return stringOf((await get(run)) ?? {}, 'mailClaim') === claim;
    },

    async recordMail(run, state) {
      await update(run, { set: { mail: S(state) }, condition: present('status') });
    },

    async readCompletion(run) {
      return completionOf((await table.get(keys.root(run))) ?? {});
    },

    openRoot: (run, slices, ttl) => updateRoot(run, { set: { slices: N(slices), ttl: N(ttl) } }),

    countSlice: (run, slice, segments) => updateRoot(run, { add: { counted: NS([packCount(slice, segments)]) } }),

    addSegment: (run, slice, segment) => updateRoot(run, { add: { done: NS([packSegment(slice, segment)]) } }),
  };
}

/** The clauses of a transition: to its status, if the run is in one it starts from. */
function moving(transition: Transition) {
  const { from, to } = TRANSITIONS[transition];
  return { set: { status: S(to) }, condition: oneOf('status', from) };
}

/** Index keys: active runs together, ended ones together, each by the time they started. */
function listing(keys: Keys, state: 'active' | 'ended', run: NewRun) {
  return { gpk: S(keys.pipeline), gsk: S(`${state}#${new Date(run.startedAt).toISOString()}#${run.run}`) };
}

function newRecord(run: NewRun): RunRecord {
  const unknown = { closed: null, endedAt: null, counts: null, failure: null, summary: null, mail: null };
  return { ...run, status: 'planned', flags: [], ...unknown };
}

function recordOf(item: Item): RunRecord {
  const [closed, mail] = [stringOf(item, 'closed'), stringOf(item, 'mail')];
  const [countsText, failure] = [stringOf(item, 'counts'), stringOf(item, 'failure')];
  return {
    ...head.parse(JSON.parse(required(stringOf(item, 'head'), 'head'))),
    status: knownWord(RUN_STATUSES, required(stringOf(item, 'status'), 'status'), 'status'),
    closed: closed === null ? null : knownWord(CLOSE_REASONS, closed, 'reason of a close'),
    // Each flag is a fact of its own and is never removed, so flags of a newer release can be ignored here and stay in the item.
    flags: RUN_FLAGS.filter((flag) => item.flags?.SS?.includes(flag)),
    endedAt: numberOf(item, 'endedAt'),
    counts: countsText === null ? null : countsSchema.parse(JSON.parse(countsText)),
    failure: failure === null ? null : runFailure.parse(JSON.parse(failure)),
    summary: stringOf(item, 'summary'),
    mail: mail === null ? null : knownWord(MAIL_STATES, mail, 'state of a mail'),
  };
}

/** None of a newer release's: one that can't be read must not hide the others from the sweeper. */
function readable(item: Item): RunRecord[] {
  try {
    return [recordOf(item)];
  } catch (error) {
    if (error instanceof NewerVersionError) return [];
    throw error;
  }
}

function orNull(item: Item | null): RunRecord | null {
  return item && recordOf(item);
}

function planOf(item: Item): readonly Json[] {
  return parts.parse(unpack(required(bytesOf(item, 'parts'), 'parts')));
}

function completionOf(item: Item): Completion {
  return { done: setOf(item, 'done'), counted: setOf(item, 'counted'), slices: numberOf(item, 'slices') };
}
