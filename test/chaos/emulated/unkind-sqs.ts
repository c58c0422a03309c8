import { SendMessageBatchCommand, type SendMessageBatchRequestEntry, type SQSClient } from '@aws-sdk/client-sqs';
import { SQS } from '../../../shared/domain/limits.ts';
import type { SeededRandom } from '../../../testing/seeded-random.ts';

/** Probabilities of what SQS may do to whoever sends, and no emulator does by itself. */
export interface Unkindness {
  /** Of a message being there twice. */
  readonly duplicates: number;
  /** Of a batch being refused in part, or whole. */
  readonly refused: number;
  /** Of a message coming some seconds later than asked for, behind others. */
  readonly late: number;
}

/** Most seconds that a late message is late. */
const LATE_SECONDS = 3;

/**
 * An SQS client whose batches arrive in any order, and otherwise as unkindly as asked. `accepted` is told of the delay of
 * each message that SQS took, `done` of each unkindness.
 */
export function unkindSqs(of: {
  readonly client: SQSClient;
  readonly random: SeededRandom;
  readonly unkindness: Unkindness;
  readonly accepted: (delaySeconds: number) => void;
  readonly done: (what: keyof Unkindness) => void;
}): SQSClient {
  const { client, random, accepted, done } = of;
  const { duplicates, refused, late } = of.unkindness;

  const put = async (input: SendMessageBatchCommand['input'], entries: SendMessageBatchRequestEntry[]) => {
    if (entries.length === 0) return { Successful: [], Failed: [], $metadata: {} };
    const Entries = shuffled(random, entries).map((entry) => {
      if (!random.chance(late)) return entry;
      done('late');
      const DelaySeconds = (entry.DelaySeconds ?? 0) + 1 + random.integer(LATE_SECONDS);
      return { ...entry, DelaySeconds: Math.min(SQS.maxDelaySeconds, DelaySeconds) };
    });
    const output = await client.send(new SendMessageBatchCommand({ ...input, Entries }));
    for (const { DelaySeconds = 0 } of Entries) accepted(DelaySeconds);
    return output;
  };

  const sendBatch = async ({ input }: SendMessageBatchCommand) => {
    const isRefused = random.chance(refused);
    const [taken, left]: [SendMessageBatchRequestEntry[], SendMessageBatchRequestEntry[]] = [[], []];
    for (const entry of input.Entries ?? []) (isRefused && random.chance(0.5) ? left : taken).push(entry);
    if (left.length > 0) done('refused');
    const output = await put(input, taken);
    const copies = taken.filter(() => random.chance(duplicates));
    if (copies.length > 0) done('duplicates');
    await put(input, copies);
    const Failed = left.map(({ Id }) => ({ Id, SenderFault: false, Code: 'InternalError', Message: 'Try again.' }));
    return { ...output, Failed: [...(output.Failed ?? []), ...Failed] };
  };

  return new Proxy(client, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      return (...args: unknown[]): unknown => {
        const [command] = args;
        if (key === 'send' && command instanceof SendMessageBatchCommand) return sendBatch(command);
        return Reflect.apply(method, target, args);
      };
    },
  });
}

function shuffled<T>(random: SeededRandom, list: readonly T[]): T[] {
  return list
    .map((each) => ({ each, rank: random.next() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ each }) => each);
}
