import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Pipeline as Definition } from '../../shared/author/definition.ts';
import { logicalId } from '../../shared/project/deployment.ts';
import type { LoadedPipeline } from '../../shared/project/load-sync.ts';
import { requireFolderName } from '../../shared/project/pipelines.ts';
import { openProject, pipelineEntry, pipelineNames } from '../../shared/project/project.mjs';
import { requireService } from '../../shared/project/services.ts';
import { check, oneOf, refuse } from '../check.ts';
import type { EndpointBinding } from '../constructs/endpoint-binding.ts';
import { HttpApi, type HttpApiOptions } from '../constructs/http-api.ts';
import { Pipeline, type PipelineOptions } from '../constructs/pipeline.ts';
import { PLATFORM_RULES, Platform, type PlatformProps } from '../constructs/platform.ts';
import { type CloneOptions, QueueDedicatedClone } from '../constructs/queue-dedicated-clone.ts';
import { ENGINE, type Engine } from '../engine.ts';
import { govern } from '../function-options.ts';
import { checkProperties, listOf, named, object, type PropertyRules, text } from '../properties.ts';
import { Nested } from './nested.ts';

export interface MicroprocessProps extends PlatformProps, Omit<StackProps, 'tags' | 'permissionsBoundary'> {
  /** Folder with pipelines/ and services/. Default: the nearest one, from the current folder up, that holds a pipeline. */
  readonly project?: string;
  /** Paths of definitions' modules. Default: the index of each folder of the project's pipelines/. */
  readonly pipelines?: readonly string[];
  /** Options of single pipelines, by name, over those of the stage. */
  readonly pipelineOptions?: Readonly<Record<string, PipelineOptions>>;
  /**
   * What is called, by the `name` or `service` of definitions: each name, and services that aren't deployed here. Default: each service is a
   * folder of services/.
   */
  readonly endpoints?: Readonly<Record<string, EndpointBinding>>;
  /** Deploys the HTTP API of all its pipelines, at a URL that wants IAM: `{}`, or how. Default: there is none. */
  readonly api?: HttpApiOptions;
  /** Options of single services that are deployed here, by name, over those of the stage. */
  readonly cloneOptions?: Readonly<Record<string, CloneOptions>>;
}

/**
 * All of a stage in one stack, so that `cdk deploy` needs no word about which. The platform, each service that pipelines call and each
 * pipeline are nested in it, so that each has CloudFormation's 500 resources to itself (docs/adr/0008). Its outputs are what people read
 * after a deployment.
 *
 * @example
 * const app = new App();
 * new Microprocess(app, 'jobs-dev', { stage: 'dev', removalPolicy: RemovalPolicy.DESTROY });
 * new Microprocess(app, 'jobs-prod', { stage: 'prod', mail: { from: 'reports@your-company.com' } });
 */
export class Microprocess extends Stack {
  readonly platform: Platform;
  /** The services that are deployed here, by name. */
  readonly clones: ReadonlyMap<string, QueueDedicatedClone>;
  /** By name. */
  readonly pipelines: ReadonlyMap<string, Pipeline>;
  /** Where one is asked for. */
  readonly api: HttpApi | undefined;

  /** @param engine only this package's own tests give another */
  constructor(scope: Construct, id: string, props: MicroprocessProps, engine: Engine = ENGINE) {
    super(scope, id, ofStack(props));
    checkProperties(this, props, RULES);
    if (props.env) checkProperties(this, props.env, { account: named, region: named });
    const project = openProject(props.project);
    const found = this.entriesOf(props, project, engine).map((entry) => engine.load(entry));
    const definitions = found.map(({ pipeline }) => pipeline);
    // All of them before the first function is bundled, which takes a while.
    const entries = new Map(
      definitions.flatMap((pipeline) => {
        const { service } = pipeline.endpoint;
        if (service === undefined || props.endpoints?.[service] !== undefined) return [];
        return [[service, requireService(pipeline, project.services, 'lambda')] as const];
      }),
    );
    this.checkNames(props, definitions, [...entries.keys()]);
    const platform = new Nested(
      this,
      'Platform',
      (stack) => new Platform(stack, 'Platform', ofPlatform(props), engine),
    );
    this.platform = platform.content;
    this.printPlatform(props);
    this.clones = new Map(
      [...entries].map(([service, entry]) => [service, this.addService(service, entry, definitions, props)]),
    );
    const endpoints = new Map<string, EndpointBinding>([...Object.entries(props.endpoints ?? {}), ...this.clones]);
    this.pipelines = new Map(
      found.map((each) => {
        const { name, endpoint } = each.pipeline;
        const called = endpoint.service ?? endpoint.name;
        return [name, this.addPipeline(each, called === undefined ? undefined : endpoints.get(called), props)];
      }),
    );
    this.api = props.api && this.addApi(props.api);
    govern(this, this.platform.options);
  }

  /** Deployed over a stage that works, a stage without pipelines would take all of them away: somebody named the wrong folder. */
  private entriesOf(
    { project: folder, pipelines }: MicroprocessProps,
    project: Project,
    engine: Engine,
  ): readonly string[] {
    if (pipelines?.length === 0)
      refuse(this, 'pipelines', 'left out, or paths of definitions (a Platform may stand alone)', []);
    const entries = pipelines ?? inFolder(project, engine);
    if (entries.length > 0) return entries;
    return refuse(this, 'project', `a folder with a pipeline in pipelines/<name>/index.ts`, folder ?? project.folder);
  }

  private addService(
    service: string,
    entry: string,
    definitions: readonly Definition[],
    { cloneOptions }: MicroprocessProps,
  ): QueueDedicatedClone {
    const callers = definitions.filter(({ endpoint }) => endpoint.service === service);
    // An answer later than any caller waits for is paid for and thrown away.
    const timeoutSeconds = Math.max(...callers.map(({ endpoint }) => endpoint.timeoutSeconds));
    const { platform } = this;
    const name = logicalId(service);
    const { content } = new Nested(
      this,
      `${name}Service`,
      (within) =>
        new QueueDedicatedClone(within, 'Service', {
          timeoutSeconds,
          ...cloneOptions?.[service],
          platform,
          service,
          entry,
        }),
    );
    if (content.live) this.print(`${name}LiveUrl`, content.live.url, `The service ${service} for people; wants IAM`);
    return content;
  }

  private addPipeline(
    { pipeline: { name }, entry }: LoadedPipeline,
    clone: EndpointBinding | undefined,
    { pipelineOptions }: MicroprocessProps,
  ): Pipeline {
    const { platform } = this;
    const stack = new Nested(
      this,
      `${logicalId(name)}Pipeline`,
      (within) =>
        new Pipeline(within, 'Pipeline', { ...pipelineOptions?.[name], entry, platform, ...(clone && { clone }) }),
    );
    Tags.of(stack).add('pipeline', name);
    this.print(
      `${logicalId(name)}Splitter`,
      stack.content.functionOf('splitter').functionName,
      'Start a run: Test this function with {} or {"runId": "…", "limit": 100}',
    );
    return stack.content;
  }

  private addApi(options: HttpApiOptions): HttpApi {
    const { platform } = this;
    const pipelines = [...this.pipelines.values()];
    const { content } = new Nested(
      this,
      'HttpApi',
      (within) => new HttpApi(within, 'Api', { ...options, platform, pipelines }),
    );
    this.print('ApiUrl', content.url, 'The HTTP API; wants IAM');
    return content;
  }

  private printPlatform({ mail }: MicroprocessProps): void {
    const { table, bucket, alarms } = this.platform;
    this.print('Table', table.tableName, 'Records of runs');
    this.print('Bucket', bucket.bucketName, 'Reports: runs/<pipeline>/<run>/');
    this.print('Alarms', alarms.topicArn, 'Subscribe to hear of trouble');
    this.print(
      'Mail',
      mail
        ? `on, from ${mail.from}${mail.identity ? '' : '; follow the link that SES mails to that address first'}`
        : 'off: no sender. Deploy with -c mailFrom=<address>, or in an app of your own with mail: { from }, to switch it on',
      'Who sends the reports',
    );
  }

  private print(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }

  /** A name that nothing has would leave its options out without a word. */
  private checkNames(
    { pipelineOptions = {}, endpoints = {}, cloneOptions = {} }: MicroprocessProps,
    definitions: readonly Definition[],
    deployed: readonly string[],
  ): void {
    const called = definitions.flatMap(({ endpoint: { service, name } }) => service ?? name ?? []);
    const names = definitions.map(({ name }) => name);
    for (const name of Object.keys(pipelineOptions)) check(this, 'a key of pipelineOptions', name, oneOf(names));
    for (const name of Object.keys(endpoints)) check(this, 'a key of endpoints', name, oneOf(called));
    for (const { name, endpoint } of definitions)
      if (endpoint.name !== undefined && endpoints[endpoint.name] === undefined)
        refuse(
          this,
          'endpoints',
          `an object that binds ${endpoint.name}, which pipeline ${name} calls`,
          Object.keys(endpoints),
        );
    for (const name of Object.keys(cloneOptions)) check(this, 'a key of cloneOptions', name, oneOf(deployed));
  }
}

type Project = ReturnType<typeof openProject>;

const RULES: PropertyRules<MicroprocessProps> = {
  ...PLATFORM_RULES,
  project: text,
  pipelines: listOf(text),
  pipelineOptions: object,
  endpoints: object,
  cloneOptions: object,
  api: object,
  // The CDK's own.
  analyticsReporting: null,
  crossRegionReferences: null,
  description: null,
  env: null,
  notificationArns: null,
  propertyInjectors: null,
  stackName: null,
  suppressTemplateIndentation: null,
  synthesizer: null,
  terminationProtection: null,
};

/** Tags and boundary are given to what stands in the stack, and not by its own properties. */
function ofStack(props: MicroprocessProps): StackProps {
  const { tags: _, permissionsBoundary: __, ...rest } = props ?? {};
  return rest;
}

function ofPlatform(props: MicroprocessProps): PlatformProps {
  const { project: _, pipelines: _p, pipelineOptions: _o, endpoints: _c, cloneOptions: _e, api: _a, ...others } = props;
  const { env, stackName, description, notificationArns, synthesizer, terminationProtection, ...more } = others;
  const { analyticsReporting, crossRegionReferences, suppressTemplateIndentation, propertyInjectors, ...own } = more;
  return own;
}

/** Entries of a project's pipelines, each called as its folder is. */
function inFolder(project: Project, engine: Engine): string[] {
  return pipelineNames(project).map((name) => {
    const entry = pipelineEntry(project, name);
    requireFolderName(engine.load(entry).pipeline, name);
    return entry;
  });
}
