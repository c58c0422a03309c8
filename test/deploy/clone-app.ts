import { join } from 'node:path';
import { App, CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  Code,
  FunctionUrlAuthType,
  Function as LambdaFunction,
  Runtime,
  WebFunction,
  WebFunctionAuthType,
  WebFunctionCode,
  WebFunctionRuntime,
} from 'aws-cdk-lib/aws-lambda';
import { Platform, QueueDedicatedClone } from '../../infra/index.ts';

export const SHOP = 'clone-shop';

/** Says what it was asked, and by which log stream it is known: an environment's own. */
const HANDLER =
  'exports.handler = async ({ body }) => ({ statusCode: 200, body: JSON.stringify({ asked: JSON.parse(body), level: process.env.LEVEL, at: process.env.AWS_LAMBDA_LOG_STREAM_NAME }) });';

/**
 * Somebody's app: services, and the clone of each. Outputs are named after them: `FunctionLive`, `FunctionClone`.
 * @param outdir gets the cloud assembly
 * @param onAws with a web function, which no local AWS runs, and leaving nothing behind
 */
export function synthShop(outdir: string, onAws: boolean): void {
  const app = new App({ outdir });
  const stack = new Stack(app, SHOP);
  const output = (id: string, value: string) => new CfnOutput(stack, id, { value });
  const of = new LambdaFunction(stack, 'Scores', {
    code: Code.fromInline(HANDLER),
    handler: 'index.handler',
    runtime: Runtime.NODEJS_24_X,
  });
  const live = of.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
  const platform = new Platform(stack, 'Jobs', {
    stage: 'clones',
    ...(onAws && { removalPolicy: RemovalPolicy.DESTROY }),
  });
  const clone = new QueueDedicatedClone(stack, 'ScoresClone', { platform, of });
  // After the clone is made, which has it too.
  of.addEnvironment('LEVEL', 'INFO');
  output('FunctionLive', live.url);
  output('FunctionClone', clone.url);
  if (onAws) {
    const web = new WebFunction(stack, 'Web', {
      code: WebFunctionCode.fromAssetToManagedBucket(join(import.meta.dirname, 'web')),
      runtime: WebFunctionRuntime.NODEJS_24_X,
      environment: { LEVEL: 'INFO' },
      defaultEndpointAuth: WebFunctionAuthType.IAM_AUTH,
    });
    output('WebLive', `https://${web.endpoint.domainName}`);
    output('WebClone', QueueDedicatedClone.ofWebFunction(stack, 'WebTwice', { of: web, maxEnvironments: 2 }).url);
  }
  app.synth();
}
