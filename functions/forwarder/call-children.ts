import type { WorkMessage } from '../../shared/domain/messages.ts';
import type { Outcome } from '../../shared/domain/outcome.ts';
import { NO_TRIES, type Tries } from '../../shared/domain/sending.ts';
import type { ChildResult } from '../../shared/flow/child-result.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { ResultPack } from '../../shared/storage/result-pack.ts';
import { admit } from './admit.ts';
import { callBatch } from './call-batch.ts';
import { callChild } from './call-child.ts';
import { countAgain, countOutcomes, outcomesOf } from './count-results.ts';
import type { Forwarding } from './forwarding.ts';
import { groupsOf } from './groups-of.ts';

interface Calls {
  readonly message: WorkMessage;
  readonly children: readonly number[];
  /** Of the slot, as read. */
  readonly tries: ReadonlyMap<number, Tries>;
  /** See {@link childResult}. */
  readonly jitter: number;
  /** Of the slot's children that wait for their callbacks. */
  readonly held: number;
}

/** What calls came to. */
interface Called {
  readonly results: ReadonlyMap<number, ChildResult>;
  /** Of those that ended: their outcomes are committed already. */
  readonly stored: ReadonlySet<number>;
  readonly errors: readonly unknown[];
}

/**
 * Calls children side by side, over the lanes that all of the batch share: each alone, or several with one call where the definition says
 * so. One that may not be called any more, or would wait too long, is handed back; under pressure one is called again and again. A store
 * that fails for one of them is an error beside the others' results: they were called, and none is left running. Large results are packed: all
 * that are given are stored. What has ended is committed while the others are still called, where these take long or the run is closed.
 */
export async function callChildren(
  forwarding: Pick<Forwarding, 'deps' | 'runs' | 'commits' | 'lanes' | 'seats' | 'invocation'>,
  { message, children: asked, tries, jitter, held }: Calls,
): Promise<Called> {
  const { deps, commits, lanes, seats } = forwarding;
  const { answers } = deps;
  const { itemsPerCall } = deps.pipeline.endpoint;
  const results = new Map<number, ChildResult>();
  const errors: unknown[] = [];
  const pack = new ResultPack(deps, message.run, deps.pipeline.endpoint.packResults);
  const stored = new Set<number>();
  let isHeld = false;
  const answered = {
    take: async () => {
      isHeld = false;
      await pack.end();
      return outcomesOf(storable(results, pack), stored);
    },
    stored: (outcomes: readonly Outcome[]) => {
      for (const { n } of outcomes) stored.add(n);
      countOutcomes(deps, message, outcomes);
    },
  };

  /** One call of several; gives the sets of children to call next, each with one. */
  const sendTogether = async (set: readonly number[], run: RunRecord): Promise<readonly (readonly number[])[]> => {
    const isHalf = set.some((n) => results.has(n));
    const { results: came, halves } = await answers.within((room) =>
      callBatch(deps, message, set, tries, run, jitter, room, pack.hold, isHalf),
    );
    for (const [n, result] of came) results.set(n, keepingTogether(results.get(n), result));
    const together = Math.max(...halves.map(({ length }) => length));
    for (const n of halves.flat()) results.set(n, { kind: 'handed-back', due: 0, together });
    return halves;
  };
  /** A large answer has room in memory until what is kept of it is stored. */
  const sendAlone = async (n: number, run: RunRecord): Promise<void> => {
    const room = answers.open();
    try {
      results.set(n, await callChild(deps, message, n, tries.get(n) ?? NO_TRIES, run, jitter, room, pack.hold));
    } finally {
      room.leave();
    }
  };
  const hear = (result: ChildResult | undefined) => {
    if (result?.kind !== 'ended') return countAgain(deps, message, result);
    if (isHeld) return;
    isHeld = true;
    commits.hold(message, answered);
  };
  const call = async (set: readonly number[]): Promise<void> => {
    let next: readonly (readonly number[])[] = [];
    for (let now = set; now.length > 0; ) {
      const entry = lanes.enter();
      const later = entry === null ? null : await entry;
      if (later !== null) return handBack(now, later);
      try {
        const asked = admit(forwarding, message);
        const admission = asked instanceof Promise ? await asked : asked;
        if (!admission.admitted) {
          if (admission.isClosed) commits.storeHeld(message);
          return handBack(now, admission.due);
        }
        if (itemsPerCall !== undefined) next = await sendTogether(now, admission.run);
        else for (const n of now) await sendAlone(n, admission.run);
        for (const n of now) hear(results.get(n));
        now = next.length > 0 ? [] : now.filter((n) => isSoon(results.get(n)));
        // Then behind those that wait already: the service is busy.
        if (now.length > 0) await lanes.pause();
      } finally {
        lanes.leave();
      }
    }
    if (next.length > 0) await Promise.all(next.map(callSafely));
  };
  const callSafely = (set: readonly number[]) => call(set).catch((error: unknown) => void errors.push(error));
  const handBack = (set: readonly number[], due: number) => {
    for (const n of set) {
      const known = results.get(n);
      // Of a child that was called, its answer says more; one whose half could not be called any more has none.
      if (known === undefined) results.set(n, { kind: 'handed-back', due });
      else if (known.kind === 'handed-back' && !known.isPressed) results.set(n, { ...known, due });
    }
  };
  const children = await seats.take(message, asked, held).then(
    (seated) => {
      handBack(asked.slice(seated.children.length), seated.due);
      return seated.children;
    },
    (error: unknown) => {
      errors.push(error);
      return [];
    },
  );
  const groups = itemsPerCall === undefined ? children.map((n) => [n]) : groupsOf(children, itemsPerCall, tries);
  await Promise.all(groups.map(callSafely));
  await commits.release(message);
  errors.push(...(await pack.end()));
  return { results: storable(results, pack), stored, errors };
}

/** Results as they can be stored: one that ended says where its pack is, and is left out while that isn't stored. */
function storable(results: ReadonlyMap<number, ChildResult>, pack: ResultPack): ReadonlyMap<number, ChildResult> {
  return new Map(
    [...results].flatMap(([n, result]): (readonly [number, ChildResult])[] => {
      if (result.kind !== 'ended') return [[n, result]];
      const held = pack.storedAs(result.outcome.result);
      // Without its result it has not ended: its message comes back for it.
      return held === undefined ? [] : [[n, { kind: 'ended', outcome: { ...result.outcome, result: held } }]];
    }),
  );
}

/** Under pressure that named no time. */
function isSoon(result: ChildResult | undefined): boolean {
  return result?.kind === 'handed-back' && result.isSoon === true;
}

/** A child whose call failed in company, and is then handed back by itself, still remembers how few it may be called with. */
function keepingTogether(before: ChildResult | undefined, result: ChildResult): ChildResult {
  const isKept = result.kind === 'handed-back' && before?.kind === 'handed-back' && before.together !== undefined;
  return isKept ? { ...result, together: before.together } : result;
}
