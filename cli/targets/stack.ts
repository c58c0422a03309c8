import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm';
import type { Pipeline } from '../../shared/author/definition.ts';
import { type Deployment, deploymentParameter, readDeployment } from '../../shared/project/deployment-record.ts';
import { EnvironmentError, UsageError } from '../errors.ts';

/** A pipeline's deployment, and where it is. */
export interface Stack extends Deployment {
  readonly region: string;
}

/**
 * Finds a pipeline's deployment by its record, in whatever stack it stands.
 * @throws {UsageError} where it isn't there: wrong stage, region or account, or a release that wrote no record
 * @throws {EnvironmentError} where the record may not be read
 * @throws {ProjectError} where another release wrote a record that this one can't read
 */
export async function findStack(pipeline: Pipeline, stage: string): Promise<Stack> {
  const client = new SSMClient({});
  const name = deploymentParameter(stage, pipeline.name);
  try {
    const region = await client.config.region();
    return { ...readDeployment(await readParameter(client, name, region), name), region };
  } finally {
    client.destroy();
  }
}

async function readParameter(client: SSMClient, name: string, region: string): Promise<string> {
  try {
    return (await client.send(new GetParameterCommand({ Name: name }))).Parameter?.Value ?? '';
  } catch (error) {
    if (error instanceof ParameterNotFound) {
      throw new UsageError(
        `There is no parameter ${name} in ${region}: that pipeline isn't deployed at that stage, not yet, or by an older release. Deploy it (npx cdk deploy), or set AWS_REGION and AWS_PROFILE to where it is.`,
      );
    }
    if (error instanceof Error && error.name === 'AccessDeniedException') {
      throw new EnvironmentError(
        `You may not read the parameter ${name} in ${region}, by which a deployed pipeline is found. Ask for the right ssm:GetParameter on parameter${name}. AWS says: ${error.message}`,
      );
    }
    throw error;
  }
}
