import type { DefinedLimits } from '../domain/gate/limits.ts';
import type { OwnShare } from '../domain/gate/shares.ts';
import type { GateStore } from '../ports/gate-store.ts';

/** What a pipeline's gate is made of. */
export interface GateOptions {
  readonly store: GateStore;
  readonly limits: DefinedLimits;
  /** Its budget, by which limits are set by hand. */
  readonly budget: string;
  /** Invocations that may run at once. */
  readonly forwarders: number;
  /** What it tells the other pipelines of its budget; null where it has one of its own. */
  readonly sharing: OwnShare | null;
}
