import type { ILoadBalancerV2 } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { FunctionUrl, FunctionUrlAuthType, type IFunction, type IFunctionUrl } from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { refuse } from '../check.ts';
import { functionEndpoint, openEndpoint, refuseOpen, type ServiceEndpoint } from './service-endpoint.ts';

/**
 * What a definition's `endpoint.name`, or a `service` that isn't deployed here, stands for: an address; a function of the app, which gets a
 * URL that wants IAM unless it has one; a function URL; a load balancer, called by https; or a {@link QueueDedicatedClone} and what its
 * static methods give.
 */
export type EndpointBinding = string | IFunction | IFunctionUrl | ILoadBalancerV2 | ServiceEndpoint;

const ALLOWED =
  'an address, a Function, a FunctionUrl, a load balancer, a QueueDedicatedClone, or what QueueDedicatedClone.fromUrl or fromFunction gives';

/**
 * @param scope what an error names
 * @param said the property's name
 * @throws {InfraError} for what is none of these, and for a URL that lets in whoever finds it
 */
export function boundEndpoint(scope: IConstruct, said: string, binding: EndpointBinding | undefined): ServiceEndpoint {
  if (typeof binding === 'string') return openEndpoint(scope, binding);
  if (typeof binding !== 'object' || binding === null) return refuse(scope, said, ALLOWED, binding);
  if ('url' in binding && 'auth' in binding) return binding;
  if ('loadBalancerDnsName' in binding) return { url: `https://${binding.loadBalancerDnsName}`, auth: 'NONE' };
  if ('addFunctionUrl' in binding) return functionEndpoint(binding, urlOf(binding));
  if ('grantInvokeUrl' in binding && 'url' in binding) {
    refuseOpen(binding, binding);
    return functionEndpoint(binding, binding);
  }
  return refuse(scope, said, ALLOWED, binding);
}

/** The function's URL, which a function has one of at most. */
function urlOf(fn: IFunction): IFunctionUrl {
  const known = fn.node.tryFindChild('FunctionUrl');
  if (!(known instanceof FunctionUrl)) return fn.addFunctionUrl({ authType: FunctionUrlAuthType.AWS_IAM });
  refuseOpen(fn, known);
  return known;
}
