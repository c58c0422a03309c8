import { Duration, Names, Stack, Token } from 'aws-cdk-lib';
import { type IGrantable, type IPrincipal, type IRole, type ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import type { FunctionName } from '../../functions/system.ts';
import { channelSecrets } from '../../shared/author/channels.ts';
import type { Pipeline as Definition } from '../../shared/author/definition.ts';
import { allRecipients } from '../../shared/author/recipients.ts';
import { isObject } from '../../shared/author/sources/place.ts';
import type { AnyQueue } from '../../shared/domain/queues.ts';
import { mapPresent, mapValues } from '../../shared/domain/records.ts';
import { environmentOf, type ResourceName } from '../../shared/lambda/resources.ts';
import { usesWithSource } from '../../shared/lambda/uses-with-source.ts';
import { type Wiring, wiringOf } from '../../shared/lambda/wiring.ts';
import { pascalCase } from '../../shared/project/deployment.ts';
import { deploymentParameter, deploymentRecord } from '../../shared/project/deployment-record.ts';
import { packageVersion } from '../../shared/project/package-version.ts';
import { check, checkSamePlace, MEMORY_MB, oneOf, outermost, REACHABLE, refuse, wholeNumber } from '../check.ts';
import { type FunctionOptions, govern, OPTION_RULES, optionsOf } from '../function-options.ts';
import { checkProperties, named, object, type PropertyRules, STATEMENTS } from '../properties.ts';
import { attachHere } from './attach-here.ts';
import { bouncesTo } from './bounces.ts';
import { compareWithClone } from './compare-with-clone.ts';
import { boundEndpoint, type EndpointBinding } from './endpoint-binding.ts';
import { grantEndpoint, grantSecrets } from './grant-endpoint.ts';
import { grantIncluded, grantSource } from './grant-source.ts';
import { grantUses } from './grants.ts';
import { NodeFunction } from './node-function.ts';
import { operatorPolicy, viewerPolicy } from './people.ts';
import { pipelineAlarms, type WatchedFunction } from './pipeline-alarms.ts';
import { PLATFORM, type Platform } from './platform.ts';
import { MinuteSchedule, StartSchedule } from './schedules.ts';
import type { ServiceEndpoint } from './service-endpoint.ts';
import { SignedUrls } from './signed-urls.ts';
import { queueName, WorkerQueues } from './worker-queues.ts';

/** How a pipeline's functions are deployed. */
export interface PipelineOptions extends FunctionOptions {
  /** Memory of single functions. Default: what each was measured with. */
  readonly memoryMB?: Readonly<Partial<Record<FunctionName, number>>>;
  /**
   * Requests that each of its public functions takes at once, which anyone may send: callbacks, and links to reports. More are throttled. It is
   * reserved from the account's concurrency. Default: as many as that leaves.
   */
  readonly publicConcurrency?: number;
  /** What single functions may do beside the engine's own, as where a source reads from a bucket of yours. */
  readonly grants?: Readonly<Partial<Record<FunctionName, readonly PolicyStatement[]>>>;
}

export interface PipelineProps extends PipelineOptions {
  /** Path of the module that exports the definition, which the functions are bundled with. */
  readonly entry: string;
  readonly platform: Platform;
  /** What it calls: a {@link QueueDedicatedClone}, an address, a function …; absent where the definition has a `url`. */
  readonly clone?: EndpointBinding;
}

const RULES: PropertyRules<PipelineProps> = {
  ...OPTION_RULES,
  memoryMB: object,
  publicConcurrency: wholeNumber(1, 10_000),
  grants: object,
  entry: named,
  platform: PLATFORM,
  // Looked at where it is bound.
  clone: null,
};

/**
 * All that runs one pipeline: queues, functions, schedules, alarms, and the record by which the command line finds it. In any stack, which it
 * takes about 70 of 500 resources of.
 *
 * @example
 * const scores = new Pipeline(this, 'Scores', { entry: 'pipelines/scores/index.ts', platform, clone });
 * companies.grantRead(scores.functionOf('splitter'));
 * scores.grantStart(nightlyJob);
 */
export class Pipeline extends Construct {
  readonly definition: Definition;
  /** What its functions know of the world. */
  readonly resources: Readonly<Record<ResourceName, string>>;
  /** Name of the parameter that holds its record. */
  readonly recordName: string;
  /** What an HTTP API serves it by: its definition's module, and the queues that take what is to be done. */
  readonly served: { readonly entry: string; readonly split: IQueue; readonly calls: IQueue | undefined };
  /** For whoever looks at runs. */
  readonly viewer: ManagedPolicy;
  /** For whoever starts and steers them: what they need on top of `viewer`. */
  readonly operator: ManagedPolicy;
  readonly #functions = new Map<string, NodeFunction>();
  readonly #record: StringParameter;

  constructor(scope: Construct, id: string, props: PipelineProps) {
    super(scope, id);
    checkProperties(this, props, RULES, ['entry', 'platform']);
    const { platform } = props;
    checkSamePlace(this, platform, 'its platform');
    const { engine } = platform;
    const { pipeline, entry, reduceDigest } = engine.load(props.entry);
    this.definition = pipeline;
    if (platform.mailIdentity !== undefined)
      for (const address of allRecipients(pipeline.report))
        check(this, `report.email of ${pipeline.name}`, address, REACHABLE);
    const clone = this.calls(props.clone);
    const ofPipeline = Object.entries(engine.system.functions).filter(([, { scope }]) => scope === 'pipeline');
    this.checkOptions(
      props,
      ofPipeline.map(([name]) => name),
    );
    compareWithClone(this, pipeline, clone.limits);
    platform.adopt(pipeline);
    const options = optionsOf(this, props, platform.options);
    const wiring = wiringOf(engine.system, pipeline);
    const queues = this.makeQueues(wiring, platform);
    const { calls, ...runQueues } = queues.queues;
    this.served = { entry, split: runQueues.split, calls };
    const signed = new SignedUrls(pipeline, platform);
    this.resources = {
      ...platform.resources,
      ...signed.resources(),
      ...mapValues(runQueues, ({ queueUrl }) => queueUrl),
      // Empty where it takes no tasks.
      calls: calls?.queueUrl ?? '',
      endpoint: clone.url,
      endpointAuth: clone.auth,
      reduceDigest,
    };

    const watched: WatchedFunction[] = [];
    mapValues(engine.system.functions, (declared, name) => {
      if (declared.scope !== 'pipeline' || declared.isFor?.(pipeline) === false) return;
      const { purpose, route, crashes } = declared;
      const uses = usesWithSource(declared.uses, pipeline);
      const { memoryMB, isPublic, ...wired } = wiring.functions[name];
      const fn = new NodeFunction(this, pascalCase(name), {
        options,
        description: `${pipeline.name}: ${purpose}`,
        entry: engine.functionEntry(name),
        pipelineEntry: entry,
        ...(uses.source && { reads: pipeline.source.reads?.filter((place) => !isObject(place)) ?? [] }),
        ...wired,
        memoryMB: props.memoryMB?.[name] ?? memoryMB,
        environment: environmentOf(uses, this.resources),
        reservedConcurrency: isPublic ? props.publicConcurrency : undefined,
        // What the clock wakes every minute.
        isQuiet: wiring.schedules.some((schedule) => schedule.function === name && 'everySeconds' in schedule),
      });
      grantUses(fn, uses, platform, pipeline);
      if (uses.source) grantSource(fn, pipeline.source);
      if (uses.outputs) grantIncluded(fn, pipeline.outputs);
      mapPresent(queues.queues, (queue, of) => uses[of] && queue.grantSendMessages(fn));
      if (uses.endpoint) clone.grantCall?.(fn);
      if (uses.endpoint) grantEndpoint(fn, pipeline.endpoint);
      if (uses.channels) grantSecrets(fn, channelSecrets(pipeline.report.channels));
      for (const statement of props.grants?.[name] ?? []) fn.addToRolePolicy(statement);
      signed.serve(fn, uses, route);
      watched.push({ name, fn, crashes: crashes ?? 1, isPublic });
      this.#functions.set(name, fn);
    });

    for (const mapping of wiring.mappings) queues.invokes(this.own(mapping.function), mapping);
    for (const schedule of wiring.schedules) {
      const target = this.own(schedule.function);
      if ('cron' in schedule) new StartSchedule(this, 'Start', { schedule, target });
      else {
        const { everySeconds, function: what } = schedule;
        const id = what === 'sweeper' ? 'Sweep' : `${pascalCase(what)}Schedule`;
        new MinuteSchedule(this, id, { every: Duration.seconds(everySeconds), what, target });
      }
    }
    pipelineAlarms(this, {
      pipeline: pipeline.name,
      functions: watched,
      sweeper: this.own('sweeper'),
      platform,
    });
    const { mailSet = '' } = platform.resources;
    if (mailSet !== '' && allRecipients(pipeline.report).length > 0)
      bouncesTo(this, queues.queues.aggregate, { set: mailSet, pipeline: pipeline.name });
    this.recordName = deploymentParameter(platform.stage, pipeline.name);
    this.#record = this.writeRecord(platform.stage, clone);
    const people = {
      ...{ platform, pipeline, queues, record: this.#record, stackName: outermost(Stack.of(this)).stackName },
      splitter: this.own('splitter'),
      forwarder: this.own('forwarder'),
    };
    this.viewer = viewerPolicy(this, people);
    this.operator = operatorPolicy(this, people);
    govern(this, options);
  }

  /** One of its functions, to grant it something: `splitter` reads the source, `forwarder` calls the clone, `aggregator` reduces. */
  functionOf(name: FunctionName): LambdaFunction {
    return this.own(name);
  }

  /** Lets somebody start runs by the command line (`microprocess start --stage …`), or by invoking the splitter. */
  grantStart(grantee: IGrantable): void {
    const rights = {
      'lambda:InvokeFunction': this.own('splitter').functionArn,
      'ssm:GetParameter': this.#record.parameterArn,
    };
    const statements = Object.entries(rights).map(
      ([action, arn]) => new PolicyStatement({ actions: [action], resources: [arn] }),
    );
    const { grantPrincipal } = grantee;
    if (isRole(grantPrincipal))
      attachHere(this, `Start${Names.nodeUniqueId(grantPrincipal.node)}`, grantPrincipal, statements);
    else for (const statement of statements) grantPrincipal.addToPrincipalPolicy(statement);
  }

  /** The record by which all else finds the pipeline, in whatever stack it stands. */
  private writeRecord(stage: string, { auth: endpointAuth, limits }: ServiceEndpoint): StringParameter {
    const memoryMB = limits?.memoryMB;
    const nameOf = (name: FunctionName) => this.own(name).functionName;
    const { name } = this.definition;
    const stack = Stack.of(this);
    const record = deploymentRecord({
      pipeline: name,
      release: packageVersion(),
      stack: outermost(stack).stackName,
      resources: { ...this.resources, endpointAuth },
      ...(memoryMB !== undefined && !Token.isUnresolved(memoryMB) && { clone: { memoryMB } }),
      functions: {
        ...Object.fromEntries([...this.#functions].map(([of, { functionName }]) => [of, functionName])),
        splitter: nameOf('splitter'),
        forwarder: nameOf('forwarder'),
      },
    });
    return new StringParameter(this, 'Record', {
      parameterName: this.recordName,
      description: `What runs the pipeline ${name} at stage ${stage}; how the command line finds it`,
      stringValue: stack.toJsonString(record),
    });
  }

  private own(name: string): NodeFunction {
    return this.#functions.get(name) ?? refuse(this, 'a function', oneOf([...this.#functions.keys()]).allowed, name);
  }

  private checkOptions({ memoryMB = {}, grants = {} }: PipelineOptions, functions: readonly string[]): void {
    for (const [option, given] of Object.entries({ memoryMB, grants }))
      for (const name of Object.keys(given)) check(this, `a key of ${option}`, name, oneOf(functions));
    for (const [name, value] of Object.entries(memoryMB)) check(this, `memoryMB.${name}`, value, MEMORY_MB);
    for (const [name, value] of Object.entries(grants)) check<unknown>(this, `grants.${name}`, value, STATEMENTS);
  }

  /** A definition's own address, or what stands for the name that it calls. */
  private calls(clone: EndpointBinding | undefined): ServiceEndpoint {
    const { url, service, name } = this.definition.endpoint;
    if (url === undefined) {
      const bound = boundEndpoint(this, `clone (for ${service ?? name})`, clone);
      const { auth } = this.definition.endpoint;
      if (bound.auth === 'IAM' && auth && auth.type !== 'iam')
        refuse(
          this,
          'clone',
          `one that calls by ${auth.type} get into, as the definition says (endpoint.auth)`,
          'a URL that wants IAM',
        );
      return bound;
    }
    if (clone !== undefined) refuse(this, 'clone', `left out: the definition calls ${url}`, clone);
    return { url, auth: 'NONE' };
  }

  private makeQueues(wiring: Wiring, platform: Platform): WorkerQueues {
    // Only where it must be found by it: a queue that gets a name is a new queue.
    const isFoundByName = (name: AnyQueue) =>
      Object.values(platform.engine.system.functions).some(
        ({ scope, uses }) => scope === 'platform' && uses[name] !== undefined,
      );
    const { name: pipeline } = this.definition;
    return new WorkerQueues(this, {
      wiring,
      nameOf: (name) => (isFoundByName(name) ? queueName(platform.stage, pipeline, name) : undefined),
    });
  }
}

const isRole = (principal: IPrincipal): principal is IRole =>
  'roleArn' in principal && 'attachInlinePolicy' in principal;
