import type { SQSEvent } from 'aws-lambda';
import type { BlockRef } from '../../shared/domain/geometry.ts';
import { workMessage } from '../../shared/domain/messages.ts';
import type { Register } from '../../shared/domain/sending.ts';

/** What happened in a world, written down beside the ports: the measure for what was allowed to happen. */
export class Journal {
  /** Calls by `<run>/<child>`, and the virtual time of each run's last. */
  readonly calls = new Map<string, number>();
  readonly lastCall = new Map<string, number>();
  /** Forwarders that died with a call of the child open. */
  readonly deaths = new Map<string, number>();
  /** Deliveries of each slot's messages, by turn. */
  readonly deliveries = new Map<string, Map<number, number>>();
  /** Sends of each slot's messages, by turn. */
  readonly sends = new Map<string, Map<number, number>>();
  /** Most tries a register ever counted, by `<run>/<block>/<n>`. */
  readonly tries = new Map<string, number>();
  /** Turns raised without a call: by the sweeper or a resume. */
  readonly resends = new Map<string, number>();
  /** Deliveries of each slice's messages. */
  readonly splits = new Map<string, number>();
  /** Runs that were finished. */
  readonly ended = new Set<string>();
  readonly faults = new Map<string, number>();

  called(run: string, child: string, now: number): number {
    this.lastCall.set(run, now);
    return add(this.calls, `${run}/${child}`);
  }

  counted(run: string, { slice, segment, block }: BlockRef, { tries }: Register): void {
    for (const [n, known] of tries) {
      const key = `${run}/${slice}-${segment}.${block}/${n}`;
      this.tries.set(key, Math.max(this.tries.get(key) ?? 0, known.tries));
    }
  }

  died(run: string, child: string): void {
    add(this.deaths, `${run}/${child}`);
  }

  delivered({ Records }: SQSEvent): void {
    for (const { body } of Records) {
      const work = workMessage.safeParse(JSON.parse(body));
      if (work.success) addTurn(this.deliveries, slotKey(work.data.run, work.data), work.data.turn);
    }
  }

  sent(messages: readonly { readonly message: unknown }[]): void {
    for (const { message } of messages) {
      const work = workMessage.safeParse(message);
      if (work.success) addTurn(this.sends, slotKey(work.data.run, work.data), work.data.turn);
    }
  }
}

/** A slot, by its run, block and first child. */
export function slotKey(run: string, { at, slot }: { readonly at: readonly number[]; readonly slot: number }): string {
  return `${run}/${at.join('-')}/${slot}`;
}

export function add<K>(counts: Map<K, number>, key: K): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}

function addTurn(slots: Map<string, Map<number, number>>, slot: string, turn: number): void {
  const turns = slots.get(slot) ?? new Map<number, number>();
  slots.set(slot, turns);
  add(turns, turn);
}
