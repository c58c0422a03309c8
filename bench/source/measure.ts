import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import { measureSplitter, readAlone } from './splitter.ts';

/** A measuring process: csv-parse alone, or so much of a splitter's work (`read`, `pack`, `split`); of which file, and where the null servers are. Prints rows per second, when it began and its peak memory. */
const [kind, file = '', url = ''] = process.argv.slice(2);

async function parseAlone(): Promise<number> {
  let rows = -1;
  const parser = createReadStream(file).pipe(parse());
  parser.on('data', () => {
    rows++;
  });
  await new Promise((resolve, reject) => parser.once('end', resolve).once('error', reject));
  return rows;
}

async function measured(): Promise<number> {
  if (kind === 'csv-parse') return parseAlone();
  return kind === 'read' ? readAlone(file) : measureSplitter(file, kind === 'split' ? url : null);
}

const startedAt = Date.now();
const began = performance.now();
const rows = await measured();
const seconds = (performance.now() - began) / 1_000;
const { user, system } = process.cpuUsage();
const { maxRSS } = process.resourceUsage();
const figures = {
  rows,
  rate: rows / seconds,
  seconds,
  cpuSeconds: (user + system) / 1e6,
  peakMB: maxRSS / 1_024,
  startedAt,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
