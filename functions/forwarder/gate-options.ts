import type { DefinedLimits } from '../../shared/domain/gate/limits.ts';
import type { GateStore } from '../../shared/ports/gate-store.ts';

/** What a pipeline's gate is made of. */
export interface GateOptions {
  readonly store: GateStore;
  readonly limits: DefinedLimits;
  /** Its budget, by which limits are set by hand. */
  readonly budget: string;
  /** Invocations that may run at once. */
  readonly forwarders: number;
}
