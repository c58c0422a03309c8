import type { Deps } from '../../shared/flow/deps.ts';
import type { ProgressMeter } from '../../shared/flow/progress-meter.ts';
import type { Caller } from '../../shared/ports/caller.ts';

export interface ForwarderDeps extends Deps {
  readonly caller: Caller;
  readonly progress: ProgressMeter;
}
