import { App, type AppProps, type Environment, Tags, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { type FunctionName, SYSTEM } from '../functions/system.ts';
import type { System } from '../shared/lambda/declaration.ts';
import { type FoundPipeline, findPipelines } from '../shared/project/pipelines.ts';
import { openProject, ownModule } from '../shared/project/project.mjs';
import { reduceDigest } from '../shared/project/reduce-digest.ts';
import { readSettings } from './settings.ts';
import { type DeployedPipeline, StageStack } from './stacks/stage-stack.ts';

export interface BuildOptions {
  readonly app?: AppProps;
  /** The project's folder; the one that the CDK is called in by default. */
  readonly project?: string;
  /** The project's own by default. */
  readonly pipelines?: readonly DeployedPipeline[];
  readonly functionEntry?: (name: string) => string;
  /** What a stage deploys. */
  readonly system?: System<FunctionName>;
}

export interface Built {
  readonly app: App;
  readonly stack: StageStack;
}

/**
 * The whole app: the stack of one stage.
 * @throws {InfraError} for a wrong context, pipeline folder or service
 */
export async function buildApp(options: BuildOptions = {}): Promise<Built> {
  const app = new App(options.app);
  const project = openProject(options.project);
  const settings = readSettings((key) => app.node.tryGetContext(key));
  const stack = new StageStack(app, {
    env: environment(),
    settings,
    found: options.pipelines ?? (await digested(await findPipelines(project))),
    system: options.system ?? SYSTEM,
    services: project.services,
    functionEntry: options.functionEntry ?? ((name) => ownModule(`functions/${name}/index`)),
  });
  Tags.of(app).add('project', 'microprocess');
  Tags.of(app).add('stage', settings.stage);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}

function digested(found: readonly FoundPipeline[]): Promise<DeployedPipeline[]> {
  return Promise.all(found.map(async (each) => ({ ...each, reduceDigest: await reduceDigest(each.entry) })));
}

/** The account and region of the credentials in use, as the CDK CLI finds them. */
function environment(): Environment {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return { ...(account ? { account } : {}), ...(region ? { region } : {}) };
}
