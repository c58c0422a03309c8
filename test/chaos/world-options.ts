import type { Pipeline } from '../../shared/author/definition.ts';
import type { LoadedSystem } from '../../testing/loaded-system.ts';
import type { Observer, WorldChances } from '../../testing/pipeline-world-options.ts';
import type { Service } from './service.ts';

export interface WorldOptions extends WorldChances {
  readonly pipeline: Pipeline;
  readonly functions?: LoadedSystem;
  readonly service?: Service;
  /** Looks on, at the port calls and at the invocations. */
  readonly watch?: Required<Pick<Observer, 'calls' | 'invoked'>>;
}
