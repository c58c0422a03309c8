import { App, type AppProps, type Environment, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import type { Engine } from './engine.ts';
import { readSettings } from './settings.ts';
import { Microprocess } from './stacks/microprocess.ts';

export interface BuildOptions {
  readonly app?: AppProps;
  /** The project's folder; the one that the CDK is called in by default. */
  readonly project?: string;
  /** The project's own by default. */
  readonly pipelines?: readonly string[];
  readonly engine?: Engine;
}

export interface Built {
  readonly app: App;
  readonly stack: Microprocess;
}

/**
 * This repository's own app: the stack of one stage, `microprocess-<stage>`, checked by cdk-nag.
 * @throws {InfraError} for a wrong context
 * @throws {ProjectError} for a wrong pipeline
 * @throws {DefinitionError} for a service or a name that isn't right
 */
export function buildApp({ app: appProps, project, pipelines, engine }: BuildOptions = {}): Built {
  const app = new App(appProps);
  const settings = readSettings((key) => app.node.tryGetContext(key));
  const props = {
    ...settings,
    env: environment(),
    ...(project !== undefined && { project }),
    ...(pipelines && { pipelines }),
  };
  const stack = new Microprocess(app, `microprocess-${settings.stage}`, props, engine);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}

/** The account and region of the credentials in use, as the CDK CLI finds them. */
function environment(): Environment {
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  return { ...(account ? { account } : {}), ...(region ? { region } : {}) };
}
