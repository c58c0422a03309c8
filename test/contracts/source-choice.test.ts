import { describe } from 'vitest';
import type { Source } from '../../shared/author/source.ts';
import { type CsvOptions, csv } from '../../shared/author/sources/csv.ts';
import type { CsvRow } from '../../shared/author/sources/csv-reader.ts';
import { from } from '../../shared/author/sources/from.ts';
import { json } from '../../shared/author/sources/json.ts';
import { jsonl } from '../../shared/author/sources/jsonl.ts';
import { list } from '../../shared/author/sources/list.ts';
import { objects } from '../../shared/author/sources/objects.ts';
import { memoryFiles } from './source.contract.ts';
import { choiceContract } from './source-choice.contract.ts';

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9];
const LINES = NUMBERS.map((n) => `{"id":${n}}`);
const FILES = memoryFiles({
  'a.csv': ['id', ...NUMBERS].join('\n'),
  'a.jsonl': LINES.join('\n'),
  'a.json': `[${LINES.join(', ')}]`,
  's3://bucket/lines/1.jsonl': LINES.slice(0, 4).join('\n'),
  's3://bucket/lines/2.jsonl': LINES.slice(4).join('\n'),
});

async function* listed(prefix: string, after: string | null) {
  const keys = prefix.endsWith('lines/') ? [1, 2].map((n) => `lines/${n}.jsonl`) : NUMBERS.map(String);
  for (const key of keys) if (after === null || key > after) yield { bucket: 'bucket', key, bytes: 1, etag: '"1"' };
}

/** The source over the files above, which a run's own don't take the place of. */
function bound<I>(source: Source<I>): Source<I> {
  const { over, ...read } = source.over?.({ ...FILES, list: listed }) ?? source;
  return read;
}

const idOf = (item: unknown) => Number(Object(item).id);

describe('every source', () => {
  choiceContract('list', (options) => list(() => NUMBERS, { perSlice: 2, ...options }), Number);
  choiceContract('from', (options) => from(() => NUMBERS, options), Number);
  choiceContract(
    'from, behind a cursor',
    (options) =>
      from<number, unknown, number>(({ cursor }) => NUMBERS.slice(cursor ?? 0), { cursor: (n) => n, ...options }),
    Number,
  );
  const rows = (options: CsvOptions<CsvRow>) => bound(csv('a.csv', options));
  choiceContract('csv', (options) => rows(options), idOf);
  choiceContract('csv that is cut', (options) => rows({ ...options, multiline: false }), idOf);
  choiceContract('jsonl', (options) => bound(jsonl('a.jsonl', options)), idOf);
  choiceContract('json', (options) => bound(json('a.json', options)), idOf);
  choiceContract('jsonl below a prefix', (options) => bound(jsonl('s3://bucket/lines/', options)), idOf);
  choiceContract(
    'objects',
    (options) => bound(objects('s3://bucket/items/', options)),
    (item) => Number(Object(item).key),
  );
});
