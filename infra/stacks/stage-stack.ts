import { CfnOutput, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { FunctionName } from '../../functions/system.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import type { System } from '../../shared/lambda/declaration.ts';
import { logicalId, stackName } from '../../shared/project/deployment.ts';
import { deploymentOutput } from '../../shared/project/deployment-record.ts';
import type { FoundPipeline } from '../../shared/project/pipelines.ts';
import { requireService } from '../../shared/project/services.ts';
import { Pipeline as PipelineConstruct } from '../constructs/pipeline.ts';
import { Platform } from '../constructs/platform.ts';
import { PlatformFunctions } from '../constructs/platform-functions.ts';
import { QueueDedicatedClone, type QueueDedicatedCloneProps } from '../constructs/queue-dedicated-clone.ts';
import { InfraError } from '../errors.ts';
import type { StageSettings } from '../settings.ts';
import { Nested } from './nested.ts';

/** A pipeline with the digest of the definition and code that reduce it. */
export type DeployedPipeline = FoundPipeline & { readonly reduceDigest: string };

export interface StageStackProps extends StackProps {
  readonly settings: StageSettings;
  readonly found: readonly DeployedPipeline[];
  /** Folder of all services. */
  readonly services: string;
  readonly system: System<FunctionName>;
  readonly functionEntry: (name: string) => string;
}

/**
 * All of a stage in one stack, so that `cdk deploy` needs no word about which. The platform, each service that pipelines
 * call and each pipeline are nested in it, so that each has CloudFormation's 500 resources to itself (docs/adr/0008).
 * Its outputs are what people read after a deployment.
 */
export class StageStack extends Stack {
  readonly platform: Nested<Platform>;
  readonly services: ReadonlyMap<string, Nested<QueueDedicatedClone>>;
  readonly pipelines: ReadonlyMap<string, Nested<PipelineConstruct>>;

  constructor(scope: Construct, props: StageStackProps) {
    super(scope, stackName(props.settings.stage), props);
    const definitions = props.found.map(({ pipeline }) => pipeline);
    // All of them before the first function is bundled, which takes a while.
    const entries = new Map(
      definitions.map((pipeline) => [pipeline.endpoint.service, requireService(pipeline, props.services, 'lambda')]),
    );
    this.platform = new Nested(this, 'Platform', (stack) => {
      const platform = new Platform(stack, 'Platform', { settings: props.settings, pipelines: definitions });
      new PlatformFunctions(stack, 'Functions', { ...props, platform });
      return platform;
    });
    this.printPlatform(props.settings);
    const services = new Map<string, Nested<QueueDedicatedClone>>();
    for (const [service, entry] of entries)
      services.set(service, this.addService(service, entry, definitions, props.settings));
    this.services = services;
    this.pipelines = new Map(props.found.map((found) => [found.pipeline.name, this.addPipeline(found, props)]));
  }

  private addService(
    service: string,
    entry: string,
    definitions: readonly Pipeline[],
    settings: StageSettings,
  ): Nested<QueueDedicatedClone> {
    const callers = definitions.filter(({ endpoint }) => endpoint.service === service);
    const name = logicalId(service);
    const clone: QueueDedicatedCloneProps = {
      settings,
      service,
      entry,
      // An answer later than any caller waits for is paid for and thrown away.
      timeoutSeconds: Math.max(...callers.map(({ endpoint }) => endpoint.timeoutSeconds)),
      memoryMB: 512,
      topic: this.platform.content.alarms,
    };
    const stack = new Nested(this, `${name}Service`, (within) => new QueueDedicatedClone(within, 'Service', clone));
    this.print(`${name}LiveUrl`, stack.content.live.url, `The service ${service} for people; wants IAM`);
    return stack;
  }

  private addPipeline(
    { pipeline, entry, reduceDigest }: DeployedPipeline,
    props: StageStackProps,
  ): Nested<PipelineConstruct> {
    const clone = this.services.get(pipeline.endpoint.service)?.content.queue;
    if (!clone)
      throw new InfraError(
        `Pipeline ${pipeline.name} calls the service ${pipeline.endpoint.service}, which has no stack.`,
      );
    const name = logicalId(pipeline.name);
    const stack = new Nested(
      this,
      `${name}Pipeline`,
      (within) =>
        new PipelineConstruct(within, 'Pipeline', {
          settings: props.settings,
          system: props.system,
          pipeline,
          pipelineEntry: entry,
          reduceDigest,
          functionEntry: props.functionEntry,
          platform: this.platform.content,
          clone,
        }),
    );
    Tags.of(stack).add('pipeline', pipeline.name);
    this.print(
      `${name}Splitter`,
      stack.content.functionOf('splitter').functionName,
      'Start a run: Test this function with {} or {"runId": "…", "limit": 100}',
    );
    const output = deploymentOutput(pipeline.name);
    this.print(output, stack.outputOf(output), `All that runs ${pipeline.name}; how the command line finds it`);
    return stack;
  }

  private printPlatform({ mail }: StageSettings): void {
    const { table, bucket, alarms } = this.platform.content;
    this.print('Table', table.tableName, 'Records of runs');
    this.print('Bucket', bucket.bucketName, 'Reports: runs/<pipeline>/<run>/');
    this.print('Alarms', alarms.topicArn, 'Subscribe to hear of trouble');
    this.print(
      'Mail',
      mail
        ? `on, from ${mail.from}${mail.identity ? '' : '; follow the link that SES mails to that address first'}`
        : 'off: no sender. Deploy with -c mailFrom=<address> to switch it on',
    );
  }

  private print(id: string, value: string, description?: string): void {
    new CfnOutput(this, id, { value, ...(description ? { description } : {}) });
  }
}
