import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import * as z from 'zod';
import invoices from '../../docs/examples/cookbook-invoices.ts';
import vendors from '../../docs/examples/cookbook-vendors.ts';
import { runPipeline } from '../../testing/index.ts';

const texts = z.array(z.object({ id: z.string(), text: z.string() }));

test('a CSV file becomes two statistics, and Parquet by country', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'cookbook-'));
  try {
    const file = join(folder, 'vendors.csv');
    await writeFile(file, 'vendor,country,invoices\nA,AT,3\nB,AT,5\nC,AU,7\nD,Austria,1\n');
    const { status, counts, sections, outputs } = await runPipeline(vendors, {
      file,
      service: ({ body }) => ({ score: 10 * body.invoices, lateDays: body.invoices / 2 }),
    });
    // One row of four is no vendor, and 5 % are tolerated.
    expect({ status, counts }).toMatchObject({ status: 'failed', counts: { total: 4, succeeded: 3, failed: 1 } });
    expect(sections.map(({ key }) => key)).toEqual(expect.arrayContaining(['score', 'lateDays']));
    expect(Object.keys(outputs.risks ?? {})).toEqual(
      expect.arrayContaining([expect.stringMatching(/^country=AT\//), expect.stringMatching(/^country=AU\//)]),
    );
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('texts become one file of JSON Lines, twenty of them with a call', async () => {
  const items = Array.from({ length: 45 }, (_, i) => ({ id: `i-${i}`, text: `Total: EUR ${i}` }));
  let calls = 0;
  const { status, outputs } = await runPipeline(invoices, {
    items,
    service: ({ body }) => {
      calls += 1;
      const outcome = ({ id, text }: (typeof items)[number]) => ({
        status: 200,
        result: { id, total: Number(text.split(' ').at(-1)), currency: 'EUR' },
      });
      return { status: 200, body: texts.parse(body).map(outcome) };
    },
  });
  expect({ status, calls }).toEqual({ status: 'succeeded', calls: 3 });
  const [file = new Uint8Array()] = Object.values(outputs.invoices ?? {});
  const lines = gunzipSync(file).toString().trim().split('\n');
  expect(lines).toHaveLength(45);
  expect(JSON.parse(lines[7] ?? '')).toEqual({ id: 'i-7', total: 7, currency: 'EUR' });
});

test('the pipelines of the docs are those that are run here', async () => {
  const docs = await readFile(new URL('../../docs/cookbook.md', import.meta.url), 'utf8');
  for (const name of ['vendors', 'invoices']) {
    const code = await readFile(new URL(`../../docs/examples/cookbook-${name}.ts`, import.meta.url), 'utf8');
    expect(docs).toContain(`\`\`\`ts\n${code}\`\`\``);
  }
});
