import { Names, Stack } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { API } from '../../functions/system.ts';
import { environmentOf, namedQueues } from '../../shared/lambda/resources.ts';
import { checkSamePlace, MEMORY_MB, matching, refuse, wholeNumber } from '../check.ts';
import { type FunctionOptions, govern, OPTION_RULES, optionsOf } from '../function-options.ts';
import { checkProperties, having, listOf, named, type PropertyRules, text } from '../properties.ts';
import { FIVE_MINUTES, StatedAlarm } from './alarms.ts';
import { addRoute } from './function-url.ts';
import { grantUses } from './grants.ts';
import { CRASHED, counted, LoggedMetric } from './logged-metric.ts';
import { NodeFunction } from './node-function.ts';
import type { Pipeline } from './pipeline.ts';
import { PLATFORM, type Platform } from './platform.ts';

/** Whose tokens let callers of an HTTP API in. */
export interface JwtOptions {
  /** As the tokens' `iss` has it. */
  readonly issuer: string;
  /** As their `aud` has it. */
  readonly audience: string;
  /** Where the issuer's keys are. Default: `<issuer>/.well-known/jwks.json`. */
  readonly jwksUrl?: string;
  /** What stands before `read`, `run` and `operate` in their scopes, such as `jobs/`. Default: nothing. */
  readonly scopePrefix?: string;
}

/** How an HTTP API is deployed. */
export interface HttpApiOptions extends FunctionOptions {
  /** Requests that it answers at once; it refuses more. It is reserved from the account's concurrency. Default: as many as that leaves. */
  readonly concurrency?: number;
  /** Requests a second of one caller, in each environment of the function. Default: 20, and 40 at once after a pause. */
  readonly ratePerCaller?: number;
  /** Default: 512. */
  readonly memoryMB?: number;
  /** Lets in whoever has a token of this issuer, in place of IAM: its URL is open to the world. Default: IAM. */
  readonly jwt?: JwtOptions;
}

export interface HttpApiProps extends HttpApiOptions {
  readonly platform: Platform;
  /** The pipelines that it serves, 25 at most, of which those with tasks count twice: a function's variables take no more of their queues' names. */
  readonly pipelines: readonly Pipeline[];
}

/** Each queue has a name of up to 80 characters, and a function's variables are 4 KB. */
const MOST_QUEUES = 25;

/** Of {@link HttpApiOptions}. */
const HTTP_API_RULES: PropertyRules<HttpApiOptions> = {
  ...OPTION_RULES,
  concurrency: wholeNumber(1, 10_000),
  ratePerCaller: wholeNumber(1, 10_000),
  memoryMB: MEMORY_MB,
  jwt: having('an object with `issuer` and `audience`', 'issuer', 'audience'),
};

const JWT_RULES: PropertyRules<JwtOptions> = {
  issuer: named,
  audience: named,
  jwksUrl: matching(/^https:\/\/\S+$/, 'an https URL'),
  scopePrefix: text,
};

/** As the function reads them. */
const settingsOf = ({ issuer, audience, jwksUrl, scopePrefix = '' }: JwtOptions) => ({
  issuer,
  audience,
  jwksUrl: jwksUrl ?? `${issuer.replace(/\/+$/, '')}/.well-known/jwks.json`,
  scopePrefix,
});

const RULES: PropertyRules<HttpApiProps> = {
  ...HTTP_API_RULES,
  platform: PLATFORM,
  pipelines: listOf(having('a Pipeline', 'definition', 'served')),
};

/**
 * The HTTP API of a stage's pipelines, at a function URL that wants IAM, or tokens of an issuer.
 *
 * @example
 * const api = new HttpApi(this, 'Api', { platform, pipelines: [scores, vendors] });
 * api.grantInvoke(checkout);
 */
export class HttpApi extends Construct {
  /** Its base URL, without a slash at the end. */
  readonly url: string;
  readonly function: LambdaFunction;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    checkProperties(this, props, RULES, ['platform', 'pipelines']);
    const { platform, pipelines, concurrency, ratePerCaller = 20, jwt } = props;
    if (jwt) checkProperties(this, jwt, JWT_RULES, ['issuer', 'audience']);
    checkSamePlace(this, platform, 'its platform');
    const queues = { split: queuesOf(pipelines, 'split'), calls: queuesOf(pipelines, 'calls') };
    const sent = Object.values(queues).flatMap((named) => named.map(([, queue]) => queue));
    if (pipelines.length === 0 || sent.length > MOST_QUEUES)
      refuse(
        this,
        'pipelines',
        `1 to ${MOST_QUEUES} pipelines, of which those with tasks count twice; another HttpApi serves others`,
        pipelines.length,
      );
    const options = optionsOf(this, props, platform.options);
    const fn = new NodeFunction(this, 'Api', {
      options,
      description: `${platform.stage}: ${API.purpose}`,
      entry: platform.engine.functionEntry(API.name),
      pipelineEntry: pipelines.map(({ served }) => served.entry),
      timeoutSeconds: API.timeoutSeconds,
      memoryMB: props.memoryMB ?? API.memoryMB,
      reservedConcurrency: concurrency,
      environment: {
        ...environmentOf(API.uses, {
          ...platform.resources,
          split: this.urls(queues.split),
          calls: this.urls(queues.calls),
        }),
        ...API.environmentOf({
          rate: { perSecond: ratePerCaller, burst: 2 * ratePerCaller },
          ...(jwt && { jwt: settingsOf(jwt) }),
        }),
      },
    });
    grantUses(
      fn,
      API.uses,
      platform,
      pipelines.map(({ definition }) => definition),
    );
    fn.addToRolePolicy(
      new PolicyStatement({
        sid: 'Queues',
        actions: ['sqs:SendMessage'],
        resources: sent.map(({ queueArn }) => queueArn),
      }),
    );
    this.function = fn;
    this.url = addRoute(fn, { auth: jwt ? 'signed-token' : 'iam' }, true);
    this.alarms(fn, platform);
    govern(this, options);
  }

  /** Lets somebody send it requests, by SigV4. */
  grantInvoke(grantee: IGrantable): void {
    this.function.grantInvokeUrl(grantee);
  }

  /** The queues' URLs, which differ in their names alone. */
  private urls(queues: readonly NamedQueue[]): string {
    const { region, account, urlSuffix } = Stack.of(this);
    const names = Object.fromEntries(queues.map(([pipeline, { queueName }]) => [pipeline, queueName]));
    return `https://sqs.${region}.${urlSuffix}/${account}/${namedQueues(names)}`;
  }

  private alarms(fn: NodeFunction, platform: Platform): void {
    const failed = new LoggedMetric(
      `Microprocess/${platform.stage}/(api)/${Names.uniqueId(this).slice(-40)}`,
      'Failed',
    );
    failed.count(fn, 'Failed', counted(['RequestsFailed']));
    failed.count(fn, 'Crashed', CRASHED);
    new StatedAlarm(this, 'Failed', {
      metric: failed.sum,
      impact:
        'requests to the HTTP API are answered with 500, or its function crashes: what callers ask may not be done.',
      action: "the api function's log.",
      page: 'apifailed',
      platform,
    });
    new StatedAlarm(this, 'Throttled', {
      metric: fn.metricThrottles({ period: FIVE_MINUTES }),
      atLeast: 100,
      impact:
        'requests to the HTTP API are refused: a caller floods it, or its concurrency is too small. Callers come again later.',
      action: "who sends them: the api function's metrics and log.",
      page: 'throttled',
      platform,
    });
  }
}

/** A queue, and the name of its pipeline. */
type NamedQueue = readonly [pipeline: string, queue: IQueue];

/** A queue of each pipeline that has one. */
const queuesOf = (pipelines: readonly Pipeline[], name: 'split' | 'calls'): readonly NamedQueue[] =>
  pipelines.flatMap(({ definition, served }) => {
    const queue = served[name];
    return queue ? [[definition.name, queue] as const] : [];
  });
