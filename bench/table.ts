import type { Figures } from './figures.ts';
import type { Check } from './targets.ts';

/** The figures of all scenarios as text, a column for each side, and the targets below. */
export function tableOf(figures: readonly Figures[], checks: readonly Check[]): string {
  return [...figures.map(section), targets(checks)].join('\n');
}

function section({ scenario, pipeline, floor, serviceCpuPerChild, ofFloor }: Figures): string {
  const { children, inFlight, name } = scenario;
  const rows: [string, string, string][] = [
    ['', 'pipeline', 'undici alone'],
    ['children/s', whole(pipeline.rate), `${whole(floor.rate)}  (${floor.rates.map(whole).join(', ')})`],
    ['share of the floor', round(ofFloor, 3), '1'],
    ['seconds', round(pipeline.seconds, 2), round(children / floor.rate, 2)],
    ['CPU ms per child, all processes', round(pipeline.cpuPerChild, 3), round(floor.cpuPerChild, 3)],
    ...pipeline.processes.map(({ name, cpuMs }): [string, string, string] => [
      `  ${name}`,
      round(cpuMs / children, 3),
      '',
    ]),
    ['  (the service besides)', round(serviceCpuPerChild.pipeline, 3), round(serviceCpuPerChild.floor, 3)],
    ['peak memory MB, all processes', whole(pipeline.peakMB), whole(floor.peakMB)],
    ...pipeline.processes.map(({ name, peakMB }): [string, string, string] => [`  ${name}`, whole(peakMB), '']),
    ['first call behind the start, s', round(pipeline.firstCallSeconds, 2), ''],
    ['report behind the last answer, s', round(pipeline.reportSeconds, 2), ''],
    ['calls inside the service at once, most', whole(pipeline.openMost), ''],
    ['SDK calls per child', round(pipeline.sdkCallsPerChild, 4), ''],
    ['write units per child', round(pipeline.writeUnitsPerChild, 4), ''],
    ['read units per child', round(pipeline.readUnitsPerChild, 4), ''],
    ['SQS requests per child, as billed', round(pipeline.sqsRequestsPerChild, 5), ''],
    ['S3 requests', whole(pipeline.s3Requests), ''],
  ];
  const calls = Object.entries(pipeline.calls)
    .sort(([, a], [, b]) => b - a)
    .map(([call, count]) => `${call} ${whole(count)}`)
    .join(' · ');
  const title = `${name}: ${whole(children)} children, ${inFlight} calls in flight`;
  return `\n${title}\n${rows.map(columns).join('\n')}\n  ${calls}\n`;
}

function targets(checks: readonly Check[]): string {
  const lines = checks.map(
    ({ name, bound, target, value, met }) => `${met ? '✓' : '✗'} ${name}: ${round(value, 4)}, ${bound} ${target}`,
  );
  return `${lines.join('\n')}\n`;
}

function columns([name, pipeline, floor]: readonly [string, string, string]): string {
  return `  ${name.padEnd(40)}${pipeline.padStart(12)}   ${floor}`.trimEnd();
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function round(value: number, digits: number): string {
  return value.toFixed(digits);
}
