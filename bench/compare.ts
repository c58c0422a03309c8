import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import type { Figures } from './figures.ts';

const earlier = z.object({
  figures: z.array(
    z.object({
      scenario: z.object({ name: z.string(), children: z.number() }),
      pipeline: z.object({
        rate: z.number(),
        cpuPerChild: z.number(),
        peakMB: z.number(),
        reportSeconds: z.number(),
        sdkCallsPerChild: z.number(),
        writeUnitsPerChild: z.number(),
        readUnitsPerChild: z.number(),
        sqsRequestsPerChild: z.number(),
      }),
      floor: z.object({ rate: z.number(), cpuPerChild: z.number() }),
    }),
  ),
});
type Earlier = z.infer<typeof earlier>['figures'][number];

/** A figure then and now. */
export interface Compared {
  readonly scenario: string;
  readonly figure: string;
  readonly before: number;
  readonly now: number;
  /** `now` over `before`. */
  readonly ratio: number;
}

const FIGURES: readonly (readonly [string, (of: Earlier) => number])[] = [
  ['children/s', ({ pipeline }) => pipeline.rate],
  ['CPU ms per child', ({ pipeline }) => pipeline.cpuPerChild],
  // A busy machine makes each second of CPU do less: the floor, of the same minutes, is slowed too.
  ["CPU per child, in the floor's", ({ pipeline, floor }) => pipeline.cpuPerChild / floor.cpuPerChild],
  ["share of the floor's children/s", ({ pipeline, floor }) => pipeline.rate / floor.rate],
  ['report behind the last answer, s', ({ pipeline }) => pipeline.reportSeconds],
  ['peak memory, MB', ({ pipeline }) => pipeline.peakMB],
  ['SDK calls per child', ({ pipeline }) => pipeline.sdkCallsPerChild],
  ['write units per child', ({ pipeline }) => pipeline.writeUnitsPerChild],
  ['read units per child', ({ pipeline }) => pipeline.readUnitsPerChild],
  ['SQS requests per child', ({ pipeline }) => pipeline.sqsRequestsPerChild],
];

/**
 * Reads what an earlier bench printed with --json.
 * @throws {Error} where the file isn't one, or has none of its scenarios with as many children
 */
export async function readEarlier(path: string): Promise<readonly Earlier[]> {
  const read = earlier.safeParse(parsed(await readFile(path, 'utf8')));
  if (read.success) return read.data.figures;
  throw new Error(`${path} isn't what "npm run --silent bench -- --json" printed: ${read.error.issues[0]?.message}.`);
}

/** Each figure beside the earlier one of the same scenario and as many children; nothing of others. */
export function compare(before: readonly Earlier[], now: readonly Figures[]): Compared[] {
  return now.flatMap((figures) => {
    const { name, children } = figures.scenario;
    const same = before.find(({ scenario }) => scenario.name === name && scenario.children === children);
    if (!same) return [];
    return FIGURES.map(([figure, of]) => {
      const [then, here] = [of(same), of(figures)];
      return { scenario: name, figure, before: then, now: here, ratio: here / then };
    });
  });
}

/** As text, a line for each figure. */
export function comparisonOf(compared: readonly Compared[]): string {
  if (compared.length === 0) return 'Nothing to compare with: no scenario of as many children is in the file.\n';
  const lines = compared.map(
    ({ scenario, figure, before, now, ratio }) =>
      `  ${figure.padEnd(36)}${before.toPrecision(4).padStart(10)}${now.toPrecision(4).padStart(10)}   × ${ratio.toFixed(3)}   ${scenario}`,
  );
  return `\nEarlier, now, and now over earlier\n${lines.join('\n')}\n`;
}

/** The file's last line: npm prints others before it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '');
  } catch {
    return undefined;
  }
}
