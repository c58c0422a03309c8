import { clearLimits, type LimitsToSet, openEndpoint, readGate, setLimits } from '../../shared/control/limits.ts';
import { recordAct } from '../act.ts';
import { UsageError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { gateFields } from '../gate-words.ts';
import { namedPipeline } from '../pipelines.ts';
import { withTarget } from '../targets/open.ts';
import type { Where } from '../targets/target.ts';
import type { Terminal } from '../terminal.ts';
import { fields } from '../text.ts';

interface Options extends Where {
  readonly rate?: number;
  readonly inFlight?: number;
  readonly waiting?: number;
  readonly for?: number;
  readonly clear?: boolean;
  readonly open?: boolean;
  readonly json?: boolean;
}

/** Shows what calls of a pipeline are held to; sets limits by hand, takes them back, and opens an endpoint that is shut. */
export async function limits(argument: string | undefined, options: Options, terminal: Terminal): Promise<number> {
  const { rate, inFlight, waiting, for: seconds, clear = false, open = false } = options;
  const sets = rate !== undefined || inFlight !== undefined || waiting !== undefined;
  if (clear && sets)
    throw new UsageError('--clear takes back what --rate, --in-flight and --waiting set: give one or the other.');
  if (seconds !== undefined && !sets)
    throw new UsageError('--for says how long --rate, --in-flight or --waiting hold: give one.');
  const pipeline = namedPipeline(argument, options.pipeline);
  const where = { ...options, ...(pipeline !== undefined && { pipeline }) };
  return withTarget(where, 'definition', terminal, async (target) => {
    const { deps, place } = target;
    const wanted: LimitsToSet = { ratePerSecond: rate, inFlight, waiting, forMs: seconds && seconds * 1_000 };
    if (sets) await setLimits(deps, wanted);
    if (clear) await clearLimits(deps);
    if (open) await openEndpoint(deps);
    const detail = changes(options);
    if (detail !== '') await recordAct(target, terminal, { act: 'limits', run: null, detail });
    const gate = await readGate(deps);
    const { name } = deps.pipeline;
    terminal.stdout.write(
      options.json
        ? `${JSON.stringify({ pipeline: name, ...gate })}\n`
        : `Pipeline ${name}, ${place}\n${fields(gateFields(gate, deps.clock.now()))}`,
    );
    return EXIT.ok;
  });
}

/** What was asked for, as it is recorded. */
function changes({ rate, inFlight, waiting, for: seconds, clear, open }: Options): string {
  const said = {
    '--rate': rate,
    '--in-flight': inFlight,
    '--waiting': waiting,
    '--for': seconds === undefined ? undefined : `${seconds}s`,
    '--clear': clear ? '' : undefined,
    '--open': open ? '' : undefined,
  };
  return Object.entries(said)
    .flatMap(([option, value]) => (value === undefined ? [] : [`${option} ${value}`.trim()]))
    .join(' ');
}
