import { definePipeline, type Pipeline } from '../../shared/author/definition.ts';
import { type StatisticsOptions, statistics } from '../../shared/author/reducers/statistics.ts';
import type { Source } from '../../shared/author/source.ts';
import type { Json } from '../../shared/domain/json.ts';
import { answers, type Service } from '../chaos/service.ts';

/** An item of the pipeline whose runs the fixtures hold. */
interface City {
  readonly i: number;
  readonly city: string;
  readonly country: string;
  readonly filler?: string;
}

/** Its slices, by the indexes of their items. */
const SLICES = [
  [0, 40],
  [40, 340],
  [340, 640],
  [640, 960],
] as const;
export const CITIES = 960;
/** An item, and an answer, too large for a page. */
export const LARGE_ITEM = 402;
export const LARGE_RESULT = 7;
/** Refused until they are redriven; the third kills whoever calls it. */
export const REFUSED = 9;
export const KILLER = 57;

const source: Source<City, unknown> = {
  plan: async () => SLICES.map(([from, to]): Json => [from, to]),
  async *read({ range, cursor }) {
    const [from = 0, to = 0] = Array.isArray(range) ? range.map(Number) : [];
    for (let i = typeof cursor === 'number' ? cursor : from; i < to; i++) {
      const filler = i === LARGE_ITEM ? { filler: 'x'.repeat(33_000) } : {};
      yield { item: { i, city: `city ${i}`, country: `C${i % 3}`, ...filler }, cursor: i + 1 };
    }
  },
};

export const REDUCED: StatisticsOptions<City, { km: number }> = {
  value: 'km',
  groupBy: 'country',
  label: 'city',
  columns: ['city', 'country', 'km', { name: 'attempts', of: ({ attempts }) => attempts }],
};

/** The definition that made the fixtures, as a user would leave it over an upgrade. */
export function releasePipeline(): Pipeline {
  return definePipeline({
    name: 'release',
    source,
    endpoint: { service: 'release', path: '/', timeoutSeconds: 5 },
    retry: { attempts: 4, baseSeconds: 30, maxSeconds: 600 },
    tolerate: { failedPercent: 50 },
    limits: { inFlight: 64 },
    reduce: statistics(REDUCED),
    report: { email: ['owner@example.com'], bodyExcerpt: 20 },
  });
}

export const kmOf = (i: number) => ((i * 7_919) % 1_000) / 10;

/** The service of the fixtures' pipeline: what was refused is mended by the time of a redrive. */
export const releaseService: Service = (i, nth, { run }) => {
  const isRedrive = run.includes('~');
  if (i === REFUSED && !isRedrive) return answers(i, { httpStatus: 422, body: '{"title":"no such city"}' });
  if (i === KILLER && !isRedrive) return { kind: 'kill', ms: 3_000 };
  if (i % 4 === 1 && nth === 1) return answers(i, { httpStatus: 500, retryAfter: '20', body: '' });
  const large = i === LARGE_RESULT ? { trace: 'y'.repeat(33_000) } : {};
  return answers(i, { body: JSON.stringify({ km: kmOf(i), ...large }) });
};
