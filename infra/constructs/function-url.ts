import { CfnOutput } from 'aws-cdk-lib';
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { Route } from '../../shared/lambda/declaration.ts';
import type { NodeFunction } from './node-function.ts';
import { withoutSlash } from './service-endpoint.ts';

/**
 * Gives a function the URL that its route wants. Only a route that takes signed tokens is open to the world; the function
 * checks them, and answers other methods and paths with 404.
 * @returns the URL, without the slash at its end
 */
export function addRoute(fn: NodeFunction, { auth }: Pick<Route, 'auth'>, isStreamed = false): string {
  const { url } = fn.addFunctionUrl({
    ...(isStreamed && { invokeMode: InvokeMode.RESPONSE_STREAM }),
    authType: auth === 'iam' ? FunctionUrlAuthType.AWS_IAM : FunctionUrlAuthType.NONE,
  });
  new CfnOutput(fn, 'Url', { value: url });
  return withoutSlash(url);
}
