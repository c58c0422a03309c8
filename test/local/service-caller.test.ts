import { expect, test, vi } from 'vitest';
import { callerOf } from '../../local/service-caller.ts';
import type { CallResult } from '../../shared/domain/retry.ts';
import type { CallRequest } from '../../shared/ports/caller.ts';

const REQUEST: CallRequest = {
  run: 'march',
  root: 'march',
  child: '0-0.0.0',
  attempt: 1,
  method: 'POST',
  path: '/score',
  headers: {},
  body: '{}',
};
const ANSWER: CallResult = { kind: 'answer', httpStatus: 500, body: '', isJson: false, retryAfter: null, ms: 1 };
const broken = (
  reason: 'connection-refused' | 'connection-reset' | 'network' | 'bad-http' | 'timeout',
): CallResult => ({
  kind: 'failure',
  reason,
  ms: 1,
});

/** What a call comes to: its result, or nothing by the time that all that was under way is done. */
async function outcomeOf(result: CallResult, endsAfterMs: number | null): Promise<CallResult | 'never'> {
  vi.useFakeTimers();
  try {
    const gone = new AbortController();
    if (endsAfterMs === 0) gone.abort();
    else if (endsAfterMs !== null) setTimeout(() => gone.abort(), endsAfterMs);
    const caller = callerOf({ call: async () => result, close: async () => undefined }, gone.signal);
    let outcome: CallResult | 'never' = 'never';
    void caller.call(REQUEST).then((came) => {
      outcome = came;
    });
    await vi.runAllTimersAsync();
    return outcome;
  } finally {
    vi.useRealTimers();
  }
}

test.each(['connection-refused', 'connection-reset', 'network', 'bad-http'] as const)(
  'a call that ends as %s has no outcome where its service is gone, or turns out to be',
  async (reason) => {
    expect(await outcomeOf(broken(reason), 0)).toBe('never');
    expect(await outcomeOf(broken(reason), 50)).toBe('never');
    expect(await outcomeOf(broken(reason), null)).toEqual(broken(reason));
  },
);

test('what a service said while it lived holds', async () => {
  expect(await outcomeOf(ANSWER, 50)).toEqual(ANSWER);
  expect(await outcomeOf(broken('timeout'), 50)).toEqual(broken('timeout'));
});

test('none is called any more', async () => {
  expect(await outcomeOf(ANSWER, 0)).toBe('never');
});
