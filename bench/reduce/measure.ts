import { measureCsv } from './measure-csv.ts';
import { measureHeld, measurePacked } from './measure-large.ts';
import { measureReduce } from './measure-reduce.ts';

const KINDS = new Map([
  ['reduce', measureReduce],
  ['csv', measureCsv],
  ['held', measureHeld],
  ['packed', measurePacked],
]);

/** A measuring process: what of, and how many rows. Prints rows per second and its peak memory. */
const [kind = '', rows] = process.argv.slice(2);
const measure = KINDS.get(kind);
if (!measure) throw new Error(`Nothing measures ${kind}.`);
const began = performance.now();
const done = await measure(Number(rows));
const seconds = (performance.now() - began) / 1_000;
const cpu = process.cpuUsage();
const { maxRSS } = process.resourceUsage();
const figures = { rate: done / seconds, seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, peakMB: maxRSS / 1_024 };
process.stdout.write(`${JSON.stringify(figures)}\n`);
