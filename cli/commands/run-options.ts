import type { StartRequest } from '../../shared/control/start.ts';
import type { Endpoints } from '../endpoints.ts';

/** Options of `run`, `start` and their dry runs. */
export interface RunOptions {
  readonly limit?: number;
  readonly file?: string;
  readonly items?: string;
  readonly runId?: string;
  readonly params?: StartRequest['params'];
  readonly endpoint?: Endpoints;
  readonly aws?: boolean;
  readonly canary?: number;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}
