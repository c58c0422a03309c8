import { aggregator } from '../functions/aggregator/handler.ts';
import { wireAggregator } from '../functions/aggregator/wire.ts';
import { deadLetter } from '../functions/dead-letter/handler.ts';
import { forwarder } from '../functions/forwarder/handler.ts';
import { wireForwarder } from '../functions/forwarder/wire.ts';
import { splitter } from '../functions/splitter/handler.ts';
import { sweeper } from '../functions/sweeper/handler.ts';
import type { Pipeline } from '../shared/author/definition.ts';
import { LOCAL_REGION } from '../shared/host/arn.ts';
import { readConfig } from '../shared/lambda/config.ts';
import { wire } from '../shared/lambda/connect.ts';
import type { Deps } from '../shared/ports/deps.ts';
import type { FunctionName } from '../shared/ports/wiring.ts';
import type { FunctionEnvironment, HandlerFactory } from './host.ts';

/** The deployed functions, wired as their index.ts does, but for where logs and metrics go. */
export function localHandlers(
  pipeline: Pipeline,
  telemetry: Pick<Deps, 'log' | 'metrics'>,
): Readonly<Record<FunctionName, HandlerFactory>> {
  return {
    splitter: (env) => splitter(wire(pipeline, localConfig(env), telemetry)),
    forwarder: (env) => forwarder(wireForwarder(pipeline, localConfig(env), telemetry)),
    aggregator: (env) => aggregator(wireAggregator(pipeline, localConfig(env), telemetry)),
    'dead-letter': (env) => deadLetter(wire(pipeline, localConfig(env), telemetry)),
    sweeper: (env) => sweeper(wire(pipeline, localConfig(env), telemetry)),
  };
}

export function localConfig(env: FunctionEnvironment) {
  return readConfig({ ...env, AWS_REGION: LOCAL_REGION });
}
