import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { bundle } from '../../shared/project/bundle.ts';
import { SEGMENT } from './rows.ts';

/** Full segments: about a million rows, and 19 million. */
const [FEW, MANY] = [16 * SEGMENT, 290 * SEGMENT];

/** What a reduce has to reach of csv-stringify's rows per second in the same run. */
const LEAST_SHARE = 0.25;
/** What a function that freezes a segment has, whatever its rows hold. */
const MOST_MB = 1_024;
/** How much more memory 19 times the rows may take. */
const MOST_GROWTH = 1.25;

const figures = z.object({
  rate: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMB: z.number(),
});
type Figures = z.infer<typeof figures>;

/**
 * Measures freezing, merging and writing report.csv beside csv-stringify alone, each in a process of its own; csv-stringify before and behind,
 * as a shared machine's speed changes.
 * @param quick without the 19 million
 * @returns whether the targets were met
 */
export async function benchReduce({ quick = false, json = false }): Promise<boolean> {
  const before = await measure('csv', FEW);
  const few = await measure('reduce', FEW);
  const behind = await measure('csv', FEW);
  const many = quick ? null : await measure('reduce', MANY);
  const held = quick ? null : await measure('held', SEGMENT);
  const packed = quick ? null : await measure('packed', 2 * SEGMENT);
  const largest = held && packed && Math.max(held.peakMB, packed.peakMB);
  const share = few.rate / ((before.rate + behind.rate) / 2);
  const cpuShare = (before.cpuSeconds + behind.cpuSeconds) / 2 / few.cpuSeconds;
  const growth = many && many.peakMB / few.peakMB;
  const met = share >= LEAST_SHARE && (growth === null || growth <= MOST_GROWTH) && (largest ?? 0) <= MOST_MB;
  const rows = (name: string, count: number, { rate, seconds, cpuSeconds, peakMB }: Figures) =>
    `  ${name.padEnd(24)}${count.toLocaleString('en').padStart(12)} rows ${Math.round(rate).toLocaleString('en').padStart(10)} rows/s ${seconds.toFixed(1).padStart(7)} s, CPU ${cpuSeconds.toFixed(1)} s, peak ${Math.round(peakMB)} MB`;
  const lines = [
    rows('csv-stringify alone', FEW, before),
    rows('reduce', FEW, few),
    rows('csv-stringify alone', FEW, behind),
    ...(many ? [rows('reduce', MANY, many)] : []),
    ...(held ? [rows('freeze 30 KB a row', SEGMENT, held)] : []),
    ...(packed ? [rows('freeze 100 KB, in packs', 2 * SEGMENT, packed)] : []),
    `${share >= LEAST_SHARE ? '✓' : '✗'} share of csv-stringify's rows per second: ${share.toFixed(3)} (of a second of CPU, on all threads, ${cpuShare.toFixed(3)}), at least ${LEAST_SHARE}`,
    ...(growth === null
      ? []
      : [
          `${growth <= MOST_GROWTH ? '✓' : '✗'} memory of ${MANY / FEW} times the rows: ${growth.toFixed(2)} times, at most ${MOST_GROWTH}`,
        ]),
    ...(largest === null
      ? []
      : [
          `${largest <= MOST_MB ? '✓' : '✗'} memory of rows of 30 and 100 KB: ${Math.round(largest)} MB, at most ${MOST_MB}`,
        ]),
  ];
  process.stdout.write(
    json
      ? `${JSON.stringify({ before, few, behind, many, held, packed, share, cpuShare, growth })}\n`
      : `${lines.join('\n')}\n`,
  );
  return met;
}

async function measure(kind: 'csv' | 'reduce' | 'held' | 'packed', rows: number): Promise<Figures> {
  const script = await bundle({ entry: fileURLToPath(new URL('measure.ts', import.meta.url)), packages: 'external' });
  process.stderr.write(`${kind}: ${rows.toLocaleString('en')} rows …\n`);
  // A Lambda's memory: without a limit, garbage would be left lying for as long as there is room.
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--max-old-space-size=1024',
    script,
    kind,
    String(rows),
  ]);
  return figures.parse(JSON.parse(stdout));
}
