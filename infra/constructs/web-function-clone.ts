import { Stack } from 'aws-cdk-lib';
import {
  CfnWebFunctionRevision,
  type Function as LambdaFunction,
  type WebFunction,
  WebFunctionAuthType,
  WebFunctionEndpoint,
  WebFunctionTraffic,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import * as z from 'zod';
import { outermost, type Rule, refuse, wholeNumber } from '../check.ts';
import { checkProperties, type PropertyRules } from '../properties.ts';
import type { CloneLimits } from './service-endpoint.ts';

export interface WebFunctionCloneProps {
  /** The live web function: it gets a second endpoint. */
  readonly of: WebFunction;
  /** Of the clone's endpoint alone. Default: what the account has. */
  readonly maxEnvironments?: number;
  /** Requests a second that the clone's endpoint takes. Default: what the account has. */
  readonly rateLimit?: number;
}

const RATES: Rule<number> = {
  allowed: '100 to 1000 in steps of 100, or 2000 to 10000 in steps of 1000',
  holds: (rate) => {
    const step = rate > 1_000 ? 1_000 : 100;
    return Number.isInteger(rate / step) && rate >= 100 && rate <= 10_000;
  },
};

const RULES: PropertyRules<WebFunctionCloneProps> = {
  // Looked at where it is read.
  of: null,
  maxEnvironments: wholeNumber(2, 10_000),
  rateLimit: RATES,
};

/** With Lambda's defaults, where the revision says nothing. */
const config = z.object({
  timeoutSeconds: z.number().default(30),
  maxConcurrencyPerEnvironment: z.number().default(64),
});

/** @throws {InfraError} for an imported web function, and for one of a stack that is deployed apart */
function liveRevision(scope: Construct, of: WebFunction) {
  const revision = of?.resourceRevision;
  if (!CfnWebFunctionRevision.isCfnWebFunctionRevision(revision))
    refuse(scope, 'of', 'a WebFunction that this app makes: of an imported one the revision is not known', of);
  // Each revision has another id, and what one stack exports to another can't change.
  const [own, live] = [outermost(Stack.of(scope)), outermost(Stack.of(of))];
  if (own !== live) refuse(scope, 'its stack', `that of ${of.node.path}, whose revisions it follows`, own.node.path);
  return { revision, ...config.parse(Stack.of(of).resolve(revision.serviceConfig)) };
}

/**
 * A second endpoint of a live Lambda web function, for pipelines alone: the same revision, environments and bounds of its own, behind IAM.
 * A new revision goes to both.
 */
export class WebFunctionClone extends Construct {
  readonly auth = 'IAM';
  /** Base URL of the clone, no trailing slash. */
  readonly url: string;
  readonly limits: CloneLimits;
  readonly endpoint: WebFunctionEndpoint;

  constructor(scope: Construct, id: string, props: WebFunctionCloneProps) {
    super(scope, id);
    checkProperties(this, props, RULES);
    const { of, maxEnvironments, rateLimit } = props;
    const { revision, timeoutSeconds, maxConcurrencyPerEnvironment } = liveRevision(this, of);
    this.endpoint = new WebFunctionEndpoint(this, 'Endpoint', {
      webFunction: of,
      traffic: WebFunctionTraffic.single(of.revisionId),
      authType: WebFunctionAuthType.IAM_AUTH,
      endpointDescription: `${id}, queue-dedicated clone`,
      ...(maxEnvironments !== undefined && { maxEnvironments }),
      ...(rateLimit !== undefined && { rateLimit }),
    });
    this.endpoint.node.addDependency(revision);
    this.url = `https://${this.endpoint.domainName}`;
    this.limits = {
      timeoutSeconds,
      ...(maxEnvironments !== undefined && {
        callsAtOnce: { most: maxEnvironments * maxConcurrencyPerEnvironment, by: 'maxEnvironments' },
      }),
    };
  }

  /** Lets a function call the clone's endpoint, and no other of the web function. */
  grantCall(caller: LambdaFunction): void {
    this.endpoint.grants.invoke(caller);
  }
}
