import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App, type AppProps, type Environment, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { FunctionName } from '../shared/wiring.ts';
import { PROJECT } from './bundling.ts';
import { InfraError } from './errors.ts';
import { type FoundPipeline, findPipelines } from './pipelines.ts';
import { readSettings } from './settings.ts';
import { PipelineStack } from './stacks/pipeline-stack.ts';
import { PlatformStack } from './stacks/platform-stack.ts';
import { ServiceStack } from './stacks/service-stack.ts';

export interface BuildOptions {
  readonly app?: AppProps;
  /** Where pipelines, services and functions are; the project's own folders by default. */
  readonly pipelines?: readonly FoundPipeline[];
  readonly functionEntry?: (name: FunctionName) => string;
}

export interface Built {
  readonly app: App;
  readonly platform: PlatformStack;
  readonly services: ReadonlyMap<string, ServiceStack>;
  readonly pipelines: ReadonlyMap<string, PipelineStack>;
}

/**
 * The whole app of one stage: a platform stack, a stack per service that pipelines call, a stack per pipeline.
 * @throws {InfraError} for a wrong context, pipeline folder or service
 */
export async function buildApp(options: BuildOptions = {}): Promise<Built> {
  const app = new App(options.app);
  const settings = readSettings((key) => app.node.tryGetContext(key));
  const found = options.pipelines ?? (await findPipelines(join(PROJECT, 'pipelines')));
  const definitions = found.map(({ pipeline }) => pipeline);
  const prefix = `microprocess-${settings.stage}`;
  const env = environment();

  const platform = new PlatformStack(app, `${prefix}-platform`, { env, settings, pipelines: definitions });
  const topic = platform.platform.alarms;
  const services = new Map<string, ServiceStack>();
  for (const service of new Set(definitions.map(({ endpoint }) => endpoint.service))) {
    const callers = definitions.filter(({ endpoint }) => endpoint.service === service);
    const stack = new ServiceStack(app, `${prefix}-service-${service}`, {
      env,
      settings,
      service,
      entry: serviceEntry(service),
      // An answer later than any caller waits for is paid for and thrown away.
      timeoutSeconds: Math.max(...callers.map(({ endpoint }) => endpoint.timeoutSeconds)),
      memoryMB: 512,
      topic,
    });
    services.set(service, stack);
  }
  const pipelines = new Map<string, PipelineStack>();
  for (const { pipeline, entry } of found) {
    const clone = services.get(pipeline.endpoint.service)?.clone.queue;
    if (!clone)
      throw new InfraError(
        `Pipeline ${pipeline.name} calls the service ${pipeline.endpoint.service}, which has no stack.`,
      );
    pipelines.set(
      pipeline.name,
      new PipelineStack(app, `${prefix}-${pipeline.name}`, {
        env,
        settings,
        pipeline,
        pipelineEntry: entry,
        functionEntry: options.functionEntry ?? ((name) => join(PROJECT, 'functions', name, 'index.ts')),
        platform: platform.platform,
        clone,
      }),
    );
  }
  Tags.of(app).add('project', 'microprocess');
  Tags.of(app).add('stage', settings.stage);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, platform, services, pipelines };
}

/** The account and region of the credentials in use, as the CDK CLI finds them. */
function environment(): Environment {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return { ...(account ? { account } : {}), ...(region ? { region } : {}) };
}

function serviceEntry(service: string): string {
  const entry = join(PROJECT, 'services', service, 'lambda.ts');
  if (!existsSync(entry)) throw new InfraError(`The service ${service} needs ${entry}, which exports \`handler\`.`);
  return entry;
}
