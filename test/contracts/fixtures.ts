import type { ItemsPage } from '../../shared/domain/chain.ts';
import type { Held } from '../../shared/domain/held.ts';
import type { Outcome, OutcomePage } from '../../shared/domain/outcome.ts';
import type { Counts } from '../../shared/domain/run.ts';
import type { Mark, Register } from '../../shared/domain/sending.ts';
import type { NewRun, RunEnd, RunRecord } from '../../shared/ports/run-store.ts';
import type { Frozen } from '../../shared/ports/segment-store.ts';
import type { Stores } from '../../shared/ports/stores.ts';

/** Makes empty stores; each test gets its own. */
export type MakeStores = () => Promise<{ readonly stores: Stores; dispose(): Promise<void> }>;

export const RUN = 'nightly-2026';
export const NOW = Date.UTC(2026, 10, 3, 12);
/** Epoch seconds, as all TTLs; far enough ahead that no emulator lets an item go. */
export const TTL = Math.floor(Date.UTC(2096, 0, 1) / 1_000);

export const aRun = (over: Partial<NewRun> = {}): NewRun => ({
  run: RUN,
  definition: 'digest-of-definition',
  input: 'digest-of-input',
  params: { country: 'AT', 'naïve key': ['ß', null, 1.5, true, { deep: [] }] },
  limit: 100,
  trigger: 'console',
  startedAt: NOW,
  deadline: NOW + 86_400_000,
  ttl: TTL,
  ...over,
});

/** What {@link aRun} is right after it was created. */
export const FRESH: RunRecord = {
  ...aRun(),
  status: 'planned',
  closed: null,
  flags: [],
  endedAt: null,
  counts: null,
  failure: null,
  summary: null,
  mail: null,
};

export const COUNTS: Counts = { total: 10, succeeded: 7, failed: 1, cancelled: 2, expired: 0 };

export const anEnd = (over: Partial<RunEnd> = {}): RunEnd => ({
  status: 'succeeded-with-failures',
  counts: COUNTS,
  summary: 'runs/nightly-2026/summary.json',
  endedAt: NOW + 60_000,
  ...over,
});

export const aFrozen = (over: Partial<Frozen> = {}): Frozen => ({
  part: 'parts/0-0/attempt-a',
  counts: COUNTS,
  reasons: { 'http-500': 1, 'größe.überschritten': 2 },
  ...over,
});

export const aPage = (items: readonly Held[], over: Partial<ItemsPage> = {}): ItemsPage => ({
  kind: 'items',
  first: 0,
  items,
  slots: [items.length],
  endsBlock: false,
  cursor: { offset: items.length, 'file name': 'Zürich 東京.csv' },
  ...over,
});

export const anOutcome = (n: number, over: Partial<Outcome> = {}): Outcome => ({
  n,
  status: 'SUCCEEDED',
  reason: null,
  result: { km: n / 3, name: 'Übersee 🛫' },
  attempts: 1,
  ms: 12,
  ...over,
});

export const anOutcomePage = (id: string, outcomes: readonly Outcome[], at = NOW): OutcomePage => ({
  id,
  at,
  outcomes,
});

export const aRegister = (turn: number, over: Partial<Register> = {}): Register => ({
  turn,
  tries: new Map([
    [3, { tries: 2, due: NOW + 5_000, crashes: 0 }],
    [1, { tries: 1, due: NOW, crashes: 1 }],
  ]),
  care: 0,
  mark: null,
  ...over,
});

export const aMark = (over: Partial<Mark> = {}): Mark => ({
  child: 1,
  deadline: NOW + 90_000,
  by: 'forwarder-a',
  ...over,
});

export const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, i) => from + i);

/** Sets in ascending order, as they come back in any. */
export const sorted = (set: ReadonlySet<number>): number[] => [...set].sort((a, b) => a - b);

/** Text that doesn't compress, the same each time. */
export function noise(length: number, seed = 1): string {
  let state = seed;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    text += state.toString(36);
  }
  return text.slice(0, length);
}
