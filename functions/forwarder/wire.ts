import { lambdaUrlSigner } from '../../shared/adapters/endpoints/auth.ts';
import { httpCaller } from '../../shared/adapters/endpoints/http.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import { ProgressMeter } from '../../shared/flow/progress-meter.ts';
import type { Config } from '../../shared/lambda/config.ts';
import { wire } from '../../shared/lambda/connect.ts';
import type { Deps } from '../../shared/ports/deps.ts';
import type { ForwarderDeps } from './deps.ts';

export function wireForwarder(
  pipeline: Pipeline,
  config: Config,
  telemetry?: Pick<Deps, 'log' | 'metrics'>,
): ForwarderDeps {
  const deps = wire(pipeline, config, telemetry);
  return {
    ...deps,
    progress: new ProgressMeter(deps.stores.progress, deps.clock, deps.random.id()),
    caller: httpCaller({
      url: config.MP_ENDPOINT_URL,
      connections: deps.wiring.callsPerForwarder,
      signer: config.MP_ENDPOINT_AUTH === 'IAM' ? lambdaUrlSigner(config.AWS_REGION) : null,
      pipeline,
    }),
  };
}
