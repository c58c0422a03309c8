import { CloudFormationClient, type Stack as Described, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { Pipeline } from '../../shared/author/definition.ts';
import { stackName } from '../../shared/project/deployment.ts';
import { type Deployment, deploymentOutput, readDeployment } from '../../shared/project/deployment-record.ts';
import { UsageError } from '../errors.ts';

/** A pipeline's deployment, and the stack that it is in. */
export interface Stack extends Deployment {
  readonly region: string;
  /** The stage's stack, which is what one deploys. */
  readonly name: string;
  /** CloudFormation's word for it, such as UPDATE_COMPLETE. */
  readonly status: string;
}

/**
 * Finds a pipeline's deployment by the stage's stack.
 * @throws {UsageError} where it isn't there: wrong stage, region or account, or a release that wrote no record
 * @throws {ProjectError} where another release wrote a record that this one can't read
 */
export async function findStack(pipeline: Pipeline, stage: string): Promise<Stack> {
  const client = new CloudFormationClient({});
  const name = stackName(stage);
  const deploy = `npx cdk deploy -c stage=${stage}`;
  try {
    const region = await client.config.region();
    const whole = await describe(client, name);
    if (!whole) {
      throw new UsageError(
        `There is no stack ${name} in ${region}. Deploy it (${deploy}), or set AWS_REGION and AWS_PROFILE to where it is.`,
      );
    }
    const status = whole.StackStatus ?? '';
    const deployment = readDeployment(outputsOf(whole), pipeline.name);
    if (deployment) return { ...deployment, region, name, status };
    throw new UsageError(
      `Stack ${name} (${region}, ${status}) has no output ${deploymentOutput(pipeline.name)}: the pipeline ${pipeline.name} isn't deployed there, not yet, or an older release deployed it. Deploy it: ${deploy}`,
    );
  } finally {
    client.destroy();
  }
}

function outputsOf({ Outputs = [] }: Described): Record<string, string> {
  return Object.fromEntries(
    Outputs.flatMap(({ OutputKey, OutputValue }): [string, string][] =>
      OutputKey !== undefined && OutputValue !== undefined ? [[OutputKey, OutputValue]] : [],
    ),
  );
}

/** A stack by its name; undefined where there is none. */
async function describe(client: CloudFormationClient, stack: string): Promise<Described | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName: stack }))).Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}
