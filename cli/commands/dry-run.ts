import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ServiceCost } from '../../shared/control/cost.ts';
import { type DryRun, dryRun as estimate } from '../../shared/control/dry-run.ts';
import { milliseconds, dollars as money, percent } from '../../shared/report/format.ts';
import { EXIT } from '../exit-codes.ts';
import { handOver } from '../hand-over.ts';
import { choosePipeline } from '../pipelines.ts';
import { withTarget } from '../targets/open.ts';
import type { Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';
import { count, fields, plain, timeLeft } from '../text.ts';
import type { RunOptions } from './run-options.ts';

/** Says what a run would come to: children, time and cost. Nothing is stored, sent or called. */
export async function dryRun(
  named: string | undefined,
  options: RunOptions & Where,
  terminal: Terminal,
): Promise<number> {
  const name = choosePipeline(named ?? options.pipeline);
  const { limit, runId, params, file, items } = options;
  // The last run says how long a call takes, where there was one.
  return withTarget(
    { ...options, pipeline: name },
    'definition',
    terminal,
    async ({ deps, cloneMB }) => {
      // Read where it is, also for a stage: nothing is uploaded.
      const readHere = { handOver: async (path: string) => pathToFileURL(resolve(path)).href };
      const given = await handOver(readHere, { file, items }, terminal);
      const said = await estimate(deps, { limit, runId, params, ...given }, { cloneMB });
      terminal.stdout.write(options.json ? `${JSON.stringify(said)}\n` : inWords(name, said));
      return EXIT.ok;
    },
    { ...options, readsSource: true },
  );
}

const FROM: Record<DryRun['callMsFrom'], string> = {
  'last run': "the last run's mean",
  given: 'as given',
  assumed: 'assumed, as no run has told better',
};

function inWords(name: string, said: DryRun): string {
  const { slices, bytesPerItem, firstBody, callMs, callMsFrom, hours, dollars, service, cheaper } = said;
  return `A run of ${name} would come to:\n${fields({
    children: `${childrenWords(said)}, in ${count(slices)} slice${slices === 1 ? '' : 's'}`,
    'an item': `${count(bytesPerItem)} bytes`,
    'first body': plain(JSON.stringify(firstBody)),
    'a call': `${milliseconds(callMs)} (${FROM[callMsFrom]})`,
    time: `${timeLeft(hours * 3_600_000)} as fast as the definition's limits let it, without failures`,
    cost: costWords(said),
    orchestration: `${money(dollars)} on AWS${cheaper === null ? '' : `; ${money(cheaper.dollars)} with ${count(cheaper.inFlight)} calls in flight (limits.inFlight), where the service takes them`}`,
    service: service === null ? undefined : serviceWords(service, said.children),
    'made of': [
      `${count(said.writeUnits)} write units, ${count(said.readUnits)} read units, ${count(said.queueRequests)} queue requests`,
      `${count(said.objectWrites + said.objectReads)} requests to S3, ${count(said.invocations)} invocations, ${count(said.gbSeconds)} GB-s`,
    ].join(', '),
  })}`;
}

/** Says what was counted, and how sure an estimate is. */
function childrenWords({ children, complete, estimate }: DryRun): string {
  if (!complete) return `${count(children)} or more: counting was cut short`;
  if (!estimate) return count(children);
  const { readPercent, plusMinusPercent } = estimate;
  const read = `${percent(readPercent, 100)} of the source`;
  return plusMinusPercent === null
    ? `about ${count(children)}, estimated from the first ${read}: as far as the rest is like it`
    : `about ${count(children)} ± ${percent(plusMinusPercent, 100)}, estimated from ${read}, read all over it`;
}

function costWords({ dollars, service }: DryRun): string {
  return service === null
    ? `${money(dollars)}; what the service costs comes on top, and isn't known here`
    : `${money(dollars + service.dollars)} on AWS in all`;
}

/** What a run costs most by, and what makes that less. */
function serviceWords({ dollars, calls, memoryMB, gbSeconds }: ServiceCost, children: number): string {
  const list = calls < children ? '' : ', lists of items (endpoint.itemsPerCall)';
  return `${money(dollars)} for its clone: ${count(calls)} calls, ${count(gbSeconds)} GB-s at ${count(memoryMB)} MB. Less by less memory (cloneOptions.<service>.memoryMB), faster answers${list}`;
}
