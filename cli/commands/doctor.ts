import { type Check, fail } from '../doctor/check.ts';
import { explain } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { choosePipeline, defaultPipeline, loadPipeline, pipelineNames } from '../pipelines.ts';
import { stageOf, type Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';

const MARKS: Record<Check['result'], string> = { pass: '✓', warn: '!', fail: '✗' };

/**
 * Checks what a run needs, at a stage or on this machine, and says what to do about what is missing: of the pipeline that is named, or
 * of all. Changes nothing.
 */
export async function doctor(options: Where & { readonly json?: boolean }, { stdout }: Terminal): Promise<number> {
  const named = options.pipeline ?? defaultPipeline();
  const names = named === undefined ? pipelineNames() : [named];
  if (names.length === 0) choosePipeline(undefined);
  const stage = stageOf(options);
  const all: (Check & { readonly pipeline: string })[] = [];
  const seen = new Set<string>();
  for (const pipeline of names) {
    const checks = (await checksOf(pipeline, stage, names.length > 1)).filter((check) => isNews(check, seen));
    if (!options.json && names.length > 1) stdout.write(`${pipeline}\n`);
    if (!options.json) for (const check of checks) stdout.write(line(check));
    all.push(...checks.map((check) => ({ pipeline, ...check })));
  }
  if (options.json) stdout.write(`${JSON.stringify(all)}\n`);
  return all.some(({ result }) => result === 'fail') ? EXIT.failed : EXIT.ok;
}

/** @param isOneOfSeveral a definition that isn't valid is no reason not to look at the others */
async function checksOf(name: string, stage: string | undefined, isOneOfSeveral: boolean): Promise<Check[]> {
  try {
    const pipeline = await loadPipeline(name);
    return stage === undefined
      ? await (await import('../doctor/local.ts')).localChecks(pipeline)
      : await (await import('../doctor/deployed.ts')).deployedChecks(pipeline, stage);
  } catch (error) {
    if (!isOneOfSeveral || explain(error).code !== EXIT.usage) throw error;
    return [
      fail('definition', explain(error).message ?? String(error), `Mend pipelines/${name}, then run doctor again.`),
    ];
  }
}

/** What was said of another pipeline, as of the machine or the account, isn't said again. */
function isNews(check: Check, seen: Set<string>): boolean {
  const key = JSON.stringify(check);
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

function line({ name, result, detail, next }: Check): string {
  return `${MARKS[result]} ${name.padEnd(16)} ${detail}\n${next === undefined ? '' : `  ${''.padEnd(16)} → ${next}\n`}`;
}
