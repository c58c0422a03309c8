import type { ItemTable } from '../../shared/adapters/dynamodb/item-table.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import type { SendResult } from '../../shared/ports/mailer.ts';
import type { Objects } from '../../shared/ports/objects.ts';
import type { FaultPlan, FaultsOptions } from '../../testing/faults.ts';
import type { MemoryHostOptions } from '../../testing/memory-host.ts';
import type { SeededRandom } from '../../testing/seeded-random.ts';
import type { RealWork } from './emulated/real-work.ts';
import type { LoadedSystem, Release } from './loaded-system.ts';
import type { Service } from './service.ts';

export interface WorldOptions {
  readonly seed?: number;
  readonly pipeline: Pipeline;
  readonly functions?: LoadedSystem;
  readonly service?: Service;
  /** What is deployed: asked at each invocation, so that two releases can work side by side. By default the pipeline, for ever. */
  readonly release?: () => Release;
  /** Faults of port calls; it gets the world's own chance. */
  readonly plan?: (random: SeededRandom) => FaultPlan;
  /** Probabilities of a message being there twice, and of a batch's deletion being lost. */
  readonly duplicates?: number;
  readonly lostDeletes?: number;
  /** What SES answers. */
  readonly mail?: (random: SeededRandom) => SendResult;
  /** In memory, unless others are given: virtual time stands still while they answer. */
  readonly table?: ItemTable;
  readonly objects?: Objects;
  /** False: no sweeper until {@link AnyWorld.sweep}, so that nothing but redelivery mends what broke off. */
  readonly isSwept?: boolean;
  /** Looks on, at the port calls and at the invocations. */
  readonly watch?: { readonly calls: FaultsOptions['watch']; readonly invoked: MemoryHostOptions['watch'] };
  /** Requests at real sockets: time stands still for them. */
  readonly work?: RealWork;
}
