import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import vendors from '../../docs/examples/cookbook-vendors.ts';
import { runPipeline } from '../../testing/index.ts';

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

/** The invoices are run where there is an S3: test/contracts/aws.test.ts. */
test('the pipelines of the docs are those that are run', async () => {
  const docs = await readFile(new URL('../../docs/cookbook.md', import.meta.url), 'utf8');
  for (const name of ['vendors', 'invoices']) {
    const code = await readFile(new URL(`../../docs/examples/cookbook-${name}.ts`, import.meta.url), 'utf8');
    expect(docs).toContain(`\`\`\`ts\n${code}\`\`\``);
  }
});
