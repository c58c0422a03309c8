import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { attachmentOf } from '../../../functions/aggregator/attachment.ts';
import { writeCsv } from '../../../functions/aggregator/write-csv.ts';
import { NO_COUNTS } from '../../../shared/domain/run.ts';
import type { ManifestPart } from '../../../shared/storage/manifest.ts';
import { partKeys } from '../../../shared/storage/part.ts';
import { testDeps, testPipeline } from '../../shared/support.ts';

/** Parts of so many rows each, and the order in which their pieces are asked for. */
async function partsOf(...rows: number[]) {
  const deps = testDeps();
  const parts = rows.map(
    (total, segment): ManifestPart => ({
      slice: 0,
      segment,
      part: `march/parts/0-${segment}`,
      counts: { ...NO_COUNTS, total },
      reasons: {},
    }),
  );
  for (const { part, segment } of parts) await deps.objects.put(partKeys(part).csv, gzipSync(`${segment}\n`));
  const asked: string[] = [];
  const get = deps.objects.get.bind(deps.objects);
  deps.objects.get = async (key, range) => {
    asked.push(key);
    return get(key, range);
  };
  return { deps, parts, asked };
}

test('small pieces are asked for together, before anything is written', async () => {
  const { deps, parts, asked } = await partsOf(...Array.from({ length: 13 }, () => 4_096));
  const { bytes } = writeCsv(deps, 'march', parts);
  expect(asked).toHaveLength(13);
  await bytes;
});

test('of large ones no more than a segment is held before its turn', async () => {
  const { deps, parts, asked } = await partsOf(65_536, 65_536, 65_536);
  const { bytes } = writeCsv(deps, 'march', parts);
  expect(asked).toHaveLength(1);
  await bytes;
  expect(asked).toHaveLength(3);
});

test('the pieces are joined in order, and the attachment says the same', async () => {
  const { deps, parts } = await partsOf(1, 70_000, 2, 3);
  const { bytes, gzip } = writeCsv(deps, 'march', parts);
  const size = await bytes;
  const stored = Buffer.from(await deps.objects.get('march/report.csv'));
  expect(stored.toString().split('\n').slice(1)).toEqual(['0', '1', '2', '3', '']);
  expect(stored).toHaveLength(size);
  expect(gunzipSync((await gzip) ?? '').equals(stored)).toBe(true);
});

test('the mark of byte order stands where it is asked for, and once in a mail', async () => {
  const { deps, parts } = await partsOf(1);
  const pipeline = testPipeline({ report: { byteOrderMark: 'always' } });
  const { bytes, gzip } = writeCsv({ ...deps, pipeline }, 'march', parts);
  await bytes;
  const stored = Buffer.from(await deps.objects.get('march/report.csv'));
  expect(stored.toString().startsWith('\ufeffid')).toBe(true);
  const packed = (await gzip) ?? Buffer.alloc(0);
  expect(attachmentOf('march', packed).content.equals(stored)).toBe(true);
  expect(attachmentOf('march', packed, false).content.equals(gunzipSync(packed))).toBe(true);
});

test('a piece that cannot be read fails both, and nothing is left unhandled', async () => {
  const { deps, parts } = await partsOf(1, 2);
  const missing = { ...parts[0], part: 'march/parts/gone' };
  const { bytes, gzip } = writeCsv(deps, 'march', [
    ...parts,
    { ...missing, slice: 0, segment: 2, counts: NO_COUNTS, reasons: {} },
  ]);
  await expect(bytes).rejects.toThrow('gone');
  await expect(gzip).rejects.toThrow();
});
