import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import type { Pipeline } from '../../shared/domain/definition.ts';
import { EnvironmentError, UsageError } from '../errors.ts';

/** Outputs of a pipeline's stack (infra/stacks/pipeline-stack.ts): what the command line needs to know of a deployment. */
const outputs = z.object({
  Table: z.string(),
  Bucket: z.string(),
  Splitter: z.string(),
  Forwarder: z.string(),
  SplitQueueUrl: z.string(),
  WorkQueueUrl: z.string(),
  AggregateQueueUrl: z.string(),
  EndpointUrl: z.string(),
  /** Absent where the mail is off. */
  MailFrom: z.string().optional(),
});

export interface Stack extends z.infer<typeof outputs> {
  readonly region: string;
  readonly name: string;
  /** CloudFormation's word, such as UPDATE_COMPLETE. */
  readonly status: string;
}

function stackName(pipeline: Pipeline, stage: string): string {
  return `microprocess-${stage}-${pipeline.name}`;
}

/**
 * Finds a pipeline's deployment with one request.
 * @throws {UsageError} where the stack isn't there: wrong stage, region or account
 * @throws {EnvironmentError} where an older version deployed it
 */
export async function findStack(pipeline: Pipeline, stage: string): Promise<Stack> {
  const client = new CloudFormationClient({});
  const name = stackName(pipeline, stage);
  try {
    const region = await client.config.region();
    const [stack] = (await describe(client, name, stage, region)) ?? [];
    const found = Object.fromEntries(
      (stack?.Outputs ?? []).flatMap(({ OutputKey, OutputValue }): [string, string][] =>
        OutputKey !== undefined && OutputValue !== undefined ? [[OutputKey, OutputValue]] : [],
      ),
    );
    const parsed = outputs.safeParse(found);
    if (!parsed.success) {
      const missing = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
      throw new EnvironmentError(
        `Stack ${name} (${region}, ${stack?.StackStatus}) has no output ${missing}: it isn't whole, or an older version deployed it. Deploy: npx cdk deploy --all -c stage=${stage}`,
      );
    }
    return { ...parsed.data, region, name, status: stack?.StackStatus ?? '' };
  } finally {
    client.destroy();
  }
}

async function describe(client: CloudFormationClient, name: string, stage: string, region: string) {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName: name }))).Stacks;
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) {
      throw new UsageError(
        `There is no stack ${name} in ${region}. Deploy it (npx cdk deploy --all -c stage=${stage}), or set AWS_REGION and AWS_PROFILE to where it is.`,
      );
    }
    throw error;
  }
}
