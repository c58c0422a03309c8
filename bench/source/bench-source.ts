import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import { bundle } from '../../shared/project/bundle.ts';
import { writeRows } from './file.ts';
import { nullServers } from './null-servers.ts';

const ROWS = 1_000_000;
const QUICK_ROWS = 200_000;
/** What a splitter has to reach of csv-parse's rows per second in the same run, and of rows a second. */
const LEAST_SHARE = 0.35;
/** The first children are to be sent within this time, whatever the size. */
const FIRST_SENT_SECONDS = 5;
const MOST_PEAK_MB = 512;

const figures = z.object({
  rows: z.number(),
  rate: z.number(),
  seconds: z.number(),
  cpuSeconds: z.number(),
  peakMB: z.number(),
  startedAt: z.number(),
});
type Figures = z.infer<typeof figures>;

/**
 * Measures a splitter over a CSV file, with null servers behind the SDK, beside csv-parse alone reading the same file; each in a process of its
 * own, csv-parse before and behind, as a shared machine's speed changes.
 * @returns whether the targets were met
 */
export async function benchSource({ quick = false, json = false }): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-source-'));
  const servers = await nullServers();
  try {
    const rows = quick ? QUICK_ROWS : ROWS;
    const file = join(folder, 'rows.csv');
    await writeRows(file, rows);
    const script = await bundle({ entry: fileURLToPath(new URL('measure.ts', import.meta.url)), packages: 'external' });
    const measure = async (kind: string): Promise<Figures> => {
      process.stderr.write(`${kind}: ${rows.toLocaleString('en')} rows …\n`);
      // A Lambda's memory: without a limit, garbage would be left lying for as long as there is room.
      const args = ['--max-old-space-size=1024', script, kind, file, servers.url];
      const said = figures.parse(JSON.parse((await promisify(execFile)(process.execPath, args)).stdout));
      if (said.rows !== rows) throw new Error(`${kind} saw ${said.rows} rows of ${rows}.`);
      return said;
    };
    const before = await measure('csv-parse');
    const read = await measure('read');
    const pack = await measure('pack');
    servers.firstSent();
    const split = await measure('split');
    const firstSeconds = ((servers.firstSent() ?? Number.POSITIVE_INFINITY) - split.startedAt) / 1_000;
    const behind = await measure('csv-parse');

    const share = split.rate / ((before.rate + behind.rate) / 2);
    const cpuShare = (before.cpuSeconds + behind.cpuSeconds) / 2 / split.cpuSeconds;
    const percent = (seconds: number) => `${Math.round((100 * seconds) / split.seconds)} %`;
    const checks = [
      {
        met: share >= LEAST_SHARE,
        text: `share of csv-parse's rows per second: ${share.toFixed(3)} (of a second of CPU ${cpuShare.toFixed(3)}), at least ${LEAST_SHARE}`,
      },
      {
        met: firstSeconds <= FIRST_SENT_SECONDS,
        text: `first children sent after ${firstSeconds.toFixed(2)} s, at most ${FIRST_SENT_SECONDS}`,
      },
      {
        met: split.peakMB <= MOST_PEAK_MB,
        text: `peak memory: ${Math.round(split.peakMB)} MB, at most ${MOST_PEAK_MB}`,
      },
    ];
    const lines = [
      line('csv-parse alone', before),
      line('read', read),
      line('and packed', pack),
      line('and sent: a splitter', split),
      line('csv-parse alone', behind),
      `  of a splitter's time: reading ${percent(read.seconds)}, packing ${percent(pack.seconds - read.seconds)}, sending ${percent(split.seconds - pack.seconds)}`,
      ...checks.map(({ met, text }) => `${met ? '✓' : '✗'} ${text}`),
    ];
    const said = { before, read, pack, split, behind, share, cpuShare, firstSeconds };
    process.stdout.write(json ? `${JSON.stringify(said)}\n` : `${lines.join('\n')}\n`);
    return checks.every(({ met }) => met);
  } finally {
    await servers.stop();
    await rm(folder, { recursive: true });
  }
}

function line(name: string, { rate, seconds, cpuSeconds, peakMB }: Figures): string {
  const rows = Math.round(rate).toLocaleString('en').padStart(10);
  return `  ${name.padEnd(24)}${rows} rows/s ${seconds.toFixed(1).padStart(7)} s, CPU ${cpuSeconds.toFixed(1)} s, peak ${Math.round(peakMB)} MB`;
}
