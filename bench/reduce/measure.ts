import { measureCsv } from './measure-csv.ts';
import { measureReduce } from './measure-reduce.ts';

/** A measuring process: `reduce` or `csv`, and how many rows. Prints rows per second and its peak memory. */
const [kind, rows] = process.argv.slice(2);
const began = performance.now();
const done = await (kind === 'reduce' ? measureReduce : measureCsv)(Number(rows));
const seconds = (performance.now() - began) / 1_000;
const cpu = process.cpuUsage();
const { maxRSS } = process.resourceUsage();
const figures = { rate: done / seconds, seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, peakMB: maxRSS / 1_024 };
process.stdout.write(`${JSON.stringify(figures)}\n`);
