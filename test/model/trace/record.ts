import * as z from 'zod';
import { type CallResult, judge } from '../../../shared/domain/retry.ts';
import type { FaultsOptions, PortCall } from '../../../testing/faults.ts';
import type { Invocation } from '../../../testing/invocation.ts';
import type { Service } from '../../chaos/service.ts';
import { LINES } from '../alphabet.ts';
import { unreceived } from '../messages.ts';
import { Letters } from './letters.ts';
import { READERS } from './lines-of-calls.ts';
import type { Trace, TraceEvent } from './trace.ts';

const sqsRecord = z.object({
  messageId: z.string(),
  body: z.string(),
  attributes: z.object({ ApproximateReceiveCount: z.coerce.number() }),
});
const batch = z.object({ Records: z.array(sqsRecord) });
const head = z.object({
  run: z.string(),
  type: z.enum(['work', 'slice', 'segment', 'finish']),
  slice: z.number().optional(),
  segment: z.number().optional(),
  judges: z.boolean().optional(),
});
const failures = z.object({ batchItemFailures: z.array(z.object({ itemIdentifier: z.string() })) });

/** An invocation, as a run sees it. */
interface Who {
  readonly name: string;
  readonly process: string;
  /** With the model's text of each. Both copies of a message may be in one batch, under one id. */
  readonly messages: readonly { readonly id: string; readonly run: string; readonly text: string }[];
}

/** Writes down what real handlers do at their ports: a trace of each run, in the model's words. */
export class Recorder {
  readonly #traces = new Map<string, TraceEvent[]>();
  /** By process: the invocation that it is at, and the one that made a call, which may take effect when that is over. */
  readonly #current = new Map<string, Who>();
  readonly #callers = new WeakMap<PortCall, Who | undefined>();
  readonly #letters = new Letters();
  /** Invocations of which a call failed, for runs that begin later. */
  readonly #hurt: string[] = [];
  readonly #ended = new Set<string>();
  #invocations = 0;

  /** What happened of a run so far. */
  of(run: string): Trace {
    return this.#traces.get(run) ?? [];
  }

  /** For the fault points, which see every port call. */
  readonly calls: NonNullable<FaultsOptions['watch']> = {
    began: (call) => void this.#callers.set(call, this.#current.get(call.process)),
    took: (call, args, answer) => this.#took(call, args, answer),
    failed: (call) => {
      const who = this.#callers.get(call)?.name ?? call.process;
      this.#hurt.push(who);
      for (const trace of this.#traces.values()) trace.push({ kind: 'hurt', who });
    },
  };

  /** For the host: an invocation began; what comes back is told how it ended. */
  readonly invoked = (process: string, event: unknown): ((end: Invocation) => void) => {
    this.#invocations += 1;
    const records = batch.safeParse(event);
    const received = records.success ? records.data.Records : [];
    const judges = received.some(({ body }) => isJudgement(body));
    // To the protocol it is a sweeper that looks now: it may look at any time, so what makes it look is no message there.
    const name = `${judges ? 'sweeper-' : ''}${process}#${this.#invocations}`;
    const messages = (judges ? [] : received).map(({ messageId, body, attributes }) => ({
      id: messageId,
      ...this.#message(process, body, Math.min(2, attributes.ApproximateReceiveCount)),
    }));
    const who = { name, process, messages };
    this.#current.set(process, who);
    for (const run of new Set(messages.map((message) => message.run))) {
      this.#add(run, { kind: 'begin', who: name, messages: textsOf(who, run) });
    }
    return (end) => this.#end(who, end);
  };

  /** Calls of the service: what is known of an answer when it is asked for. */
  service(service: Service): Service {
    return (i, nth, request) => {
      const behaviour = service(i, nth, request);
      const { block, n } = this.#letters.placeOf(request.run, i);
      const answer = behaviour.kind === 'result' ? answerOf(behaviour.result) : '?';
      this.#add(request.run, { kind: 'call', who: null, line: LINES.call(block, [n], answer) });
      return behaviour;
    };
  }

  #took(call: PortCall, args: readonly unknown[], answer: unknown): void {
    const { process, port, method } = call;
    const reader = READERS[`${port}.${method}`];
    if (!reader) return;
    const said = reader(args, answer, this.#letters);
    const who = this.#callers.get(call);
    // A mail says no run: it's that of its finisher.
    const run = said.run ?? who?.messages[0]?.run;
    if (run === undefined) return;
    for (const line of said.lines) {
      // Of calls made side by side one failed, and the handler has given up: it reads, and names, nothing of the others.
      const isLate = who !== undefined && this.#ended.has(who.name) && /^(read|write) /.test(line);
      if (!isLate && !isIncidental(process, who, line))
        this.#add(run, { kind: 'call', who: who?.name ?? process, line });
    }
  }

  #end(who: Who, end: Invocation): void {
    const { name, messages } = who;
    this.#ended.add(name);
    const failed = end.end === 'answered' ? failures.safeParse(end.answer) : null;
    const ids = failed?.success ? failed.data.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier) : [];
    const runs = new Set(messages.map((message) => message.run));
    for (const [run, trace] of this.#traces) {
      if (!runs.has(run) && !trace.some((event) => event.who === name)) continue;
      if (end.end === 'crashed') this.#add(run, { kind: 'died', who: name });
      else {
        const line = messages
          .filter((message) => message.run === run)
          .map(({ id, text }) => (end.end === 'failed' || ids.includes(id) ? LINES.putBack(text) : LINES.delete(text)))
          .sort()
          .join('; ');
        this.#add(run, { kind: 'end', who: name, line });
      }
    }
  }

  #message(process: string, body: string, receives: number): { run: string; text: string } {
    const value: unknown = JSON.parse(body);
    const { run, type, slice, segment } = head.parse(value);
    const text =
      type === 'work'
        ? this.#letters.work(value, receives, false).text
        : { slice: `s:${slice}`, segment: `g:${slice}-${segment}`, finish: 'f' }[type];
    return { run, text: process.startsWith('dead-letter') ? `x${unreceived(text)}` : text };
  }

  #add(run: string, event: TraceEvent): void {
    const trace = this.#traces.get(run) ?? this.#hurt.map((who): TraceEvent => ({ kind: 'hurt', who }));
    this.#traces.set(run, trace);
    trace.push(event);
  }
}

/**
 * Calls for data alone: a finisher's reads of frozen parts, and its parts of a redrive's report, as ROOT and report.csv stand for
 * them; a splitter's read of its range in the plan.
 */
function isIncidental(process: string, who: Who | undefined, line: string): boolean {
  if (process.startsWith('splitter')) return line.startsWith('read plan');
  const isFinisher = who?.messages.some(({ text }) => text === 'f') ?? false;
  return isFinisher && /^(read SEG|write part)/.test(line);
}

const isJudgement = (body: string): boolean => head.parse(JSON.parse(body)).judges ?? false;

const textsOf = ({ messages }: Who, run: string): string[] =>
  messages.filter((message) => message.run === run).map(({ text }) => text);

/** A 202 is the first word, and the only one, that the level's service may say later. */
function answerOf(result: CallResult): string {
  const isLater = result.kind === 'answer' && result.httpStatus === 202;
  return isLater ? '0' : ANSWERS[judge(result, 0).kind];
}

const ANSWERS = { succeeded: 'S', final: 'F', 'try-spent': 'R', pressure: 'B' } as const;
