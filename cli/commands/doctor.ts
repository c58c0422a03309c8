import type { Check } from '../doctor/check.ts';
import { EXIT } from '../exit-codes.ts';
import { choosePipeline, loadPipeline } from '../pipelines.ts';
import { stageOf } from '../targets/open.ts';
import type { Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';

const MARKS: Record<Check['result'], string> = { pass: '✓', warn: '!', fail: '✗' };

/** Checks what a run needs, at a stage or on this machine, and says what to do about what is missing. Changes nothing. */
export async function doctor(options: Where & { readonly json?: boolean }, { stdout }: Terminal): Promise<number> {
  const pipeline = await loadPipeline(choosePipeline(options.pipeline));
  const stage = stageOf(options);
  const checks =
    stage === undefined
      ? await (await import('../doctor/local.ts')).localChecks(pipeline)
      : await (await import('../doctor/deployed.ts')).deployedChecks(pipeline, stage);
  if (options.json) stdout.write(`${JSON.stringify(checks)}\n`);
  else for (const check of checks) stdout.write(line(check));
  return checks.some(({ result }) => result === 'fail') ? EXIT.failed : EXIT.ok;
}

function line({ name, result, detail, next }: Check): string {
  return `${MARKS[result]} ${name.padEnd(16)} ${detail}\n${next === undefined ? '' : `  ${''.padEnd(16)} → ${next}\n`}`;
}
