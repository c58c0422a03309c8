import { definePipeline, type Pipeline } from '../../shared/author/definition.ts';
import { count } from '../../shared/author/reducers/count.ts';
import type { Source } from '../../shared/author/source.ts';
import type { Json } from '../../shared/domain/json.ts';

/** A child's item: its index in the source, and how often the source had been read when it came. */
export interface ChaosItem {
  readonly i: number;
  readonly reading: number;
  readonly filler?: string;
}

export interface ChaosSourceOptions {
  readonly children?: number;
  readonly perSlice?: number;
  /** Lengths of the slices, instead of equal ones. */
  readonly slices?: readonly number[];
  /** How many items a slice's n-th reading (1 …) leaves out at its end: a source that isn't pinned. */
  readonly missing?: (reading: number) => number;
  /** Characters of an item's filler. */
  readonly filler?: (i: number) => number;
}

/** Numbered items in slices. Each reading marks its items, so that two readings never agree on an item's content. */
function chaosSource(options: ChaosSourceOptions): Source<ChaosItem, unknown> {
  const { children = 0, perSlice = 300, slices, missing = () => 0, filler = () => 0 } = options;
  let readings = 0;
  return {
    async plan({ limit = Number.POSITIVE_INFINITY }) {
      const length = Math.min(children, limit);
      const parts: Json[] = [];
      let at = 0;
      for (const size of slices ?? []) {
        // With its number: of two empty slices in one place each is a range of its own.
        parts.push([at, at + size, parts.length]);
        at += size;
      }
      for (let from = 0; from < length; from += perSlice) parts.push([from, Math.min(from + perSlice, length)]);
      return parts;
    },
    async *read({ range, cursor }) {
      readings += 1;
      const reading = readings;
      const [from, to] = Array.isArray(range) ? range.map(Number) : [];
      if (from === undefined || to === undefined) throw new TypeError(`A slice must be [from, to], received ${range}.`);
      for (let i = typeof cursor === 'number' ? cursor : from; i < to - missing(reading); i++) {
        const length = filler(i);
        yield { item: { i, reading, ...(length > 0 && { filler: 'x'.repeat(length) }) }, cursor: i + 1 };
      }
    },
  };
}

/** What the simulated service makes of an item. */
export const answerTo = (i: number) => ({ value: (i * 7_919) % 10_007 });

/** A pipeline whose report has no picture: drawing one would take longer than its run. */
export function chaosPipeline(
  source: ChaosSourceOptions | Source<ChaosItem, unknown>,
  options: Partial<Pick<Pipeline, 'retry' | 'deadlineHours' | 'tolerate' | 'schedule'>> & {
    readonly callback?: { readonly withinHours: number };
    readonly mail?: boolean;
    readonly timeoutSeconds?: number;
    readonly inFlight?: number;
    readonly fairRuns?: boolean;
    readonly path?: string;
    readonly itemsPerCall?: number;
  } = {},
): Pipeline {
  const {
    mail = true,
    timeoutSeconds = 5,
    inFlight = 512,
    fairRuns = false,
    path = '/chaos',
    itemsPerCall,
    ...rest
  } = options;
  return definePipeline({
    name: 'chaos',
    source: 'read' in source ? source : chaosSource(source),
    endpoint: { service: 'chaos', path, timeoutSeconds, ...(itemsPerCall !== undefined && { itemsPerCall }) },
    limits: { inFlight, fairRuns },
    retry: { attempts: 4, baseSeconds: 2, maxSeconds: 60 },
    tolerate: { failedPercent: 100 },
    expect: { minChildren: 0 },
    reduce: count<ChaosItem, { value: number }>({
      columns: ['i', 'reading', 'value', { name: 'attempts', of: ({ attempts }) => attempts }],
    }),
    report: { email: mail ? ['owner@example.com'] : [] },
    ...rest,
  });
}
