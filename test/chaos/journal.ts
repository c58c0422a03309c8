import type { SQSEvent } from 'aws-lambda';
import type { BlockRef } from '../../shared/domain/layout.ts';
import { workMessage } from '../../shared/domain/messages.ts';
import type { Register } from '../../shared/domain/sending.ts';

/** What happened in a world, written down beside the ports: the measure for what was allowed to happen. */
export class Journal {
  /** Calls by `<run>/<child>`, and the virtual time of each run's last. */
  readonly calls = new Map<string, number>();
  readonly lastCall = new Map<string, number>();
  /** Calls that were answered with pressure, by `<run>/<child>`. */
  readonly pressed = new Map<string, number>();
  /** Calls of several that failed as a whole, by `<run>/<child>` of each of them. */
  readonly together = new Map<string, number>();
  /** Forwarders that died with a call of the child open. */
  readonly deaths = new Map<string, number>();
  /** Deliveries of each slot's messages, by turn; those of them that failed or died; those under way. */
  readonly deliveries = new Map<string, Map<number, number>>();
  readonly failed = new Map<string, Map<number, number>>();
  readonly #underWay = new Map<string, number>();
  /** Sends of each slot's messages, by turn. */
  readonly sends = new Map<string, Map<number, number>>();
  /** Turn that each slot was raised to by its forwarder. */
  readonly raised = new Map<string, number>();
  /** Most tries a register ever counted, by `<run>/<block>/<n>`. */
  readonly tries = new Map<string, number>();
  /** Turns raised by the sweeper or a resume while the slot was being called. */
  readonly resends = new Map<string, number>();
  /** Deliveries of each slice's messages. */
  readonly splits = new Map<string, number>();
  /** Runs that were closed. */
  readonly closed = new Set<string>();
  /** The part that each segment was frozen with first, and segments that ever had another. */
  readonly frozen = new Map<string, string>();
  readonly thawed = new Set<string>();
  readonly faults = new Map<string, number>();

  called(run: string, child: string, now: number): number {
    this.lastCall.set(run, now);
    return add(this.calls, `${run}/${child}`);
  }

  /** Failures that spent no try, of any child: the breaker was open. */
  spared = 0;

  answeredWithPressure(run: string, child: string): void {
    add(this.pressed, `${run}/${child}`);
  }

  failedTogether(run: string, child: string, size: number): void {
    if (size > 1) add(this.together, `${run}/${child}`);
  }

  counted(run: string, { slice, segment, block }: BlockRef, { tries, waiting }: Register): void {
    for (const n of new Set([...tries.keys(), ...(waiting?.keys() ?? [])])) {
      const key = `${run}/${slice}-${segment}.${block}/${n}`;
      // One that waits for its callback has been called, and may end by an older call's.
      const calls = (tries.get(n)?.tries ?? 0) + (waiting?.has(n) ? 1 : 0);
      this.tries.set(key, Math.max(this.tries.get(key) ?? 0, calls));
    }
  }

  /** Slots whose turn was raised, and whose message of that turn nobody sent. */
  unsent(): string[] {
    return [...this.raised].filter(([slot, turn]) => !this.sends.get(slot)?.has(turn)).map(([slot]) => slot);
  }

  died(run: string, child: string): void {
    add(this.deaths, `${run}/${child}`);
  }

  /** A batch is delivered; what comes back is told of the messages that failed, all of them where it died. */
  delivered({ Records }: SQSEvent): (isFailed: (messageId: string) => boolean) => void {
    const works = Records.flatMap(({ body, messageId }) => {
      const work = workMessage.safeParse(JSON.parse(body));
      return work.success ? [{ messageId, slot: slotKey(work.data.run, work.data), turn: work.data.turn }] : [];
    });
    for (const { slot, turn } of works) {
      addTurn(this.deliveries, slot, turn);
      add(this.#underWay, `${slot}#${turn}`);
    }
    return (isFailed) => {
      for (const { messageId, slot, turn } of works.splice(0)) {
        add(this.#underWay, `${slot}#${turn}`, -1);
        if (isFailed(messageId)) addTurn(this.failed, slot, turn);
      }
    };
  }

  /** A slot's turn was raised without a call. It costs one only where somebody is calling the slot's children. */
  resent(slot: string, turn: number): void {
    if ((this.#underWay.get(`${slot}#${turn}`) ?? 0) > 0) add(this.resends, slot);
  }

  froze(segment: string, part: string): void {
    const first = this.frozen.get(segment) ?? part;
    this.frozen.set(segment, first);
    if (first !== part) this.thawed.add(segment);
  }

  sent(messages: readonly { readonly message: unknown }[]): void {
    for (const { message } of messages) {
      const work = workMessage.safeParse(message);
      if (!work.success) continue;
      addTurn(this.sends, slotKey(work.data.run, work.data), work.data.turn);
    }
  }
}

/** A slot, by its run, block and first child. */
export function slotKey(run: string, { at, slot }: { readonly at: readonly unknown[]; readonly slot: number }): string {
  return `${run}/${at.join('-')}/${slot}`;
}

export function add<K>(counts: Map<K, number>, key: K, by = 1): number {
  const count = (counts.get(key) ?? 0) + by;
  counts.set(key, count);
  return count;
}

function addTurn(slots: Map<string, Map<number, number>>, slot: string, turn: number): void {
  const turns = slots.get(slot) ?? new Map<number, number>();
  slots.set(slot, turns);
  add(turns, turn);
}
