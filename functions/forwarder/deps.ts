import type { ProgressMeter } from '../../shared/flow/progress-meter.ts';
import type { Caller } from '../../shared/ports/caller.ts';
import type { Deps } from '../../shared/ports/deps.ts';

export interface ForwarderDeps extends Deps {
  readonly caller: Caller;
  readonly progress: ProgressMeter;
}
