/**
 * `microprocess/cdk`: constructs for your own CDK app. Everything else in this folder may change in any release. docs/cdk.md explains them.
 */

export type { TaskNetwork } from './constructs/clone-place.ts';
export type { HostRoute } from './constructs/clone-route.ts';
export type { EndpointBinding } from './constructs/endpoint-binding.ts';
export type { FargateClone } from './constructs/fargate-clone.ts';
export type {
  FargateCloneOptions,
  FargateCloneProps,
  ImageCloneProps,
  TaskCloneProps,
} from './constructs/fargate-clone-props.ts';
export { HttpApi, type HttpApiOptions, type HttpApiProps, type JwtOptions } from './constructs/http-api.ts';
export { Pipeline, type PipelineOptions, type PipelineProps } from './constructs/pipeline.ts';
export { type MailOptions, Platform, type PlatformProps } from './constructs/platform.ts';
export {
  type CloneOptions,
  QueueDedicatedClone,
  type QueueDedicatedCloneProps,
} from './constructs/queue-dedicated-clone.ts';
export type { ScheduledMinimum } from './constructs/scheduled-minimum.ts';
export type { ServiceEndpoint } from './constructs/service-endpoint.ts';
export type { WebFunctionClone, WebFunctionCloneProps } from './constructs/web-function-clone.ts';
export type { FunctionOptions } from './function-options.ts';
export { Microprocess, type MicroprocessProps } from './stacks/microprocess.ts';
