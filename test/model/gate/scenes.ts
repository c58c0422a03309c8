import type { GateScene } from './model.ts';

/** A call each second, or each other; what a rate leaves aside of it, instants keep (rate.ts). */
const EACH_SECOND = { perSecond: 1 / 0.98, burst: 0 };
const EACH_OTHER = { perSecond: 0.5 / 0.98, burst: 0 };

function scene(over: Partial<GateScene>): GateScene {
  const rules = { rates: [], count: 1, retryAfterMs: [2_000], readEveryMs: 3_000 };
  return { ...rules, forwarders: 2, calls: 1, level: 0, isBought: false, revision: 0, may: {}, ...over };
}

export const SCENES = {
  'told to wait': scene({ readEveryMs: 1_000, may: { pressure: 1 } }),
  'told to wait for longer than a reading holds': scene({ retryAfterMs: [5_000], may: { pressure: 1 } }),
  'told to wait for shorter and longer': scene({
    retryAfterMs: [1_000, 2_000],
    readEveryMs: null,
    may: { pressure: 2 },
  }),
  'told to wait, and a table that refuses': scene({ forwarders: 1, may: { pressure: 1, refusal: 2 } }),
  'opened by hand': scene({ may: { pressure: 1, open: 1 } }),
  'failures open the breaker': scene({ may: { failure: 1 } }),
  'a probe that fails': scene({ level: 1, may: { failure: 1 } }),
  'a probe that succeeds, and pressure': scene({ level: 1, calls: 2, readEveryMs: null, may: { pressure: 1 } }),
  'two that buy': scene({ calls: 2, rates: [EACH_SECOND], readEveryMs: null }),
  'two that buy two at once': scene({ calls: 2, rates: [EACH_SECOND], count: 2, readEveryMs: null }),
  'a burst': scene({ calls: 2, rates: [{ ...EACH_SECOND, burst: 1 }], isBought: true, readEveryMs: null }),
  'a rate and pressure': scene({
    retryAfterMs: [1_000],
    readEveryMs: null,
    rates: [EACH_SECOND],
    isBought: true,
    may: { pressure: 1 },
  }),
  'another rate by hand': scene({ rates: [EACH_SECOND, EACH_OTHER], isBought: true, revision: 1, readEveryMs: null }),
} satisfies Record<string, GateScene>;
