import type { CallFailure } from '../../shared/domain/answers.ts';
import type { CallResult } from '../../shared/domain/retry.ts';
import type { CallRequest } from '../../shared/ports/caller.ts';
import { answerTo } from './pipeline.ts';

/** What one call comes to. A killer takes its forwarder with it; a hanger never answers, not even with a time-out. */
export type Behaviour =
  | { readonly kind: 'result'; readonly result: CallResult }
  | { readonly kind: 'kill'; readonly ms: number }
  | { readonly kind: 'hang' };

/** A service: what it does at the n-th call (1 …) of a child whose item has index `i`. */
export type Service = (i: number, nth: number, request: CallRequest) => Behaviour;

export function answers(
  i: number,
  { httpStatus = 200, body = JSON.stringify(answerTo(i)), isJson = true, ms = 40, retryAfter = null }: Answer = {},
): Behaviour {
  return { kind: 'result', result: { kind: 'answer', httpStatus, body, isJson, retryAfter, ms } };
}

interface Answer {
  readonly httpStatus?: number;
  readonly body?: string;
  readonly isJson?: boolean;
  readonly ms?: number;
  readonly retryAfter?: string | null;
}

export const fails = (reason: CallFailure, ms = 20): Behaviour => ({
  kind: 'result',
  result: { kind: 'failure', reason, ms },
});

/** Answers every call well. */
export const wellBehaved: Service = (i) => answers(i);

/** Shares of children with a fixed fault, and of calls with a passing one. */
interface Mix {
  readonly killers: number;
  readonly hangers: number;
  readonly refused: number;
  readonly broken: number;
  readonly tooLarge: number;
  /** Calls that go wrong this once. */
  readonly passing: number;
}

const MIX: Mix = {
  killers: 0.000_4,
  hangers: 0.000_1,
  refused: 0.01,
  broken: 0.003,
  tooLarge: 0.003,
  passing: 0.1,
};

/** A service that goes wrong in every way there is. What it does depends on the seed, the child and the call alone. */
export function chaoticService(seed: number, mix: Mix = MIX): Service {
  return (i, nth) => {
    let drawn = draw(seed, i, 0);
    const falls = (share: number) => {
      const fell = drawn >= 0 && drawn < share;
      drawn -= share;
      return fell;
    };
    const ms = Math.floor(10 + 200 * draw(seed, i, 2 * nth) ** 3);
    if (falls(mix.killers)) return { kind: 'kill', ms };
    if (falls(mix.hangers)) return { kind: 'hang' };
    if (falls(mix.refused)) return answers(i, { httpStatus: 422, body: '{"title":"no"}', ms });
    if (falls(mix.broken)) return answers(i, { httpStatus: 500, body: 'oops', isJson: false, ms });
    // The caller of a 100 MB answer gives up at its limit.
    if (falls(mix.tooLarge)) return fails('response-too-large', 900);
    return draw(seed, i, 2 * nth + 1) < mix.passing ? passing(i, ms, draw(seed, i, -nth)) : answers(i, { ms });
  };
}

const PASSING: readonly ((i: number, ms: number) => Behaviour)[] = [
  () => fails('timeout', 5_000),
  () => fails('connection-reset'),
  () => fails('connection-refused'),
  (i, ms) => answers(i, { httpStatus: 500, body: '', ms }),
  (i, ms) => answers(i, { httpStatus: 503, retryAfter: '7', body: '{}', ms }),
  (i, ms) => answers(i, { httpStatus: 429, retryAfter: '3', body: '', ms }),
  (i, ms) => answers(i, { httpStatus: 429, retryAfter: 'soon', body: '', ms }),
  (i, ms) => answers(i, { body: '{"value":', ms }),
  // The right answer under the wrong content type is the right answer.
  (i, ms) => answers(i, { isJson: false, ms }),
];

function passing(i: number, ms: number, drawn: number): Behaviour {
  return PASSING[Math.floor(drawn * PASSING.length)]?.(i, ms) ?? answers(i, { ms });
}

/** 0 ≤ x < 1 of three integers: a hash, so that the order of calls doesn't matter. */
export function draw(seed: number, i: number, salt: number): number {
  let mixed =
    Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(i + 1, 0xc2b2ae35) ^ Math.imul(salt + 77, 0x27d4eb2f);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}
