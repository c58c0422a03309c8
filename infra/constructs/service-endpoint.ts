import { Fn, Token } from 'aws-cdk-lib';
import {
  FunctionUrlAuthType,
  type IFunction,
  type IFunctionUrl,
  type Function as LambdaFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { IConstruct } from 'constructs';
import { check, matching, refuse } from '../check.ts';

/** What a clone's own deployment lets through, where it's known. */
export interface CloneLimits {
  readonly timeoutSeconds?: number | undefined;
  /** And the property that says so. */
  readonly callsAtOnce?: { readonly most: number; readonly by: string } | undefined;
  readonly memoryMB?: number | undefined;
}

/** Where a pipeline's calls go: an address that wants IAM, or one that takes calls as they are. */
export type ServiceEndpoint = {
  /** Base URL, no trailing slash. */
  readonly url: string;
  readonly limits?: CloneLimits | undefined;
} & (
  | {
      /** Calls are signed with SigV4. */
      readonly auth: 'IAM';
      /** Gives a pipeline's function the right to call it. */
      grantCall(caller: LambdaFunction): void;
    }
  | {
      /** Calls aren't signed. The network, or the service, keeps others out. */
      readonly auth: 'NONE';
      /** Opens the way to it for a pipeline's function, where the network is ours to open. */
      grantCall?(caller: LambdaFunction): void;
    }
);

export const BASE_URL = matching(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/, 'http(s)://host[:port][/path]');

/** An address that takes unsigned calls. */
export function openEndpoint(scope: IConstruct, url: string): ServiceEndpoint {
  check(scope, 'url', url, BASE_URL);
  return { url: Token.isUnresolved(url) ? url : url.replace(/\/+$/, ''), auth: 'NONE' };
}

/** @throws {InfraError} for a URL that lets in whoever finds it */
export function refuseOpen(fn: IConstruct, url: object): void {
  const { authType } = { authType: undefined, ...url };
  if (authType !== undefined && authType !== FunctionUrlAuthType.AWS_IAM)
    refuse(fn, 'the authType of its URL', 'FunctionUrlAuthType.AWS_IAM: nobody else may call it', authType);
}

/** A function's URL as the base of a definition's path, which starts with the slash that the URL ends with. */
export function functionEndpoint<F extends Pick<IFunction, 'grantInvokeUrl'>>(
  fn: F,
  { url }: Pick<IFunctionUrl, 'url'>,
) {
  return {
    url: withoutSlash(url),
    auth: 'IAM',
    function: fn,
    grantCall(caller: LambdaFunction): void {
      fn.grantInvokeUrl(caller);
    },
  } as const;
}

/** A function's URL without the slash that it ends with. */
export const withoutSlash = (url: string): string => Fn.join('', ['https://', Fn.select(2, Fn.split('/', url))]);
