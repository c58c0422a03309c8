import { CloudFormationClient, type Stack as Described, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import * as z from 'zod';
import type { Pipeline } from '../../shared/author/definition.ts';
import { stackName, stackOutput } from '../../shared/project/deployment.ts';
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
  /** The stage's stack, which is what one deploys. */
  readonly name: string;
  /** CloudFormation's word for it, such as UPDATE_COMPLETE. */
  readonly status: string;
}

/**
 * Finds a pipeline's deployment with two requests: the stage's stack leads to the pipeline's own.
 * @throws {UsageError} where it isn't there: wrong stage, region or account
 * @throws {EnvironmentError} where an older version deployed it
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
    const key = stackOutput(pipeline.name);
    const id = outputsOf(whole)[key];
    if (id === undefined) {
      throw new UsageError(
        `Stack ${name} (${region}, ${status}) has no output ${key}: the pipeline ${pipeline.name} isn't deployed there, or not yet. Deploy it: ${deploy}`,
      );
    }
    const parsed = outputs.safeParse(outputsOf(await describe(client, id)));
    if (!parsed.success) {
      const missing = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
      throw new EnvironmentError(
        `The stack of ${pipeline.name} in ${name} (${region}, ${status}) has no output ${missing}: it isn't whole, or an older version deployed it. Deploy: ${deploy}`,
      );
    }
    return { ...parsed.data, region, name, status };
  } finally {
    client.destroy();
  }
}

function outputsOf(stack: Described | undefined): Record<string, string> {
  return Object.fromEntries(
    (stack?.Outputs ?? []).flatMap(({ OutputKey, OutputValue }): [string, string][] =>
      OutputKey !== undefined && OutputValue !== undefined ? [[OutputKey, OutputValue]] : [],
    ),
  );
}

/** A stack by its name or id; undefined where there is none. */
async function describe(client: CloudFormationClient, stack: string): Promise<Described | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName: stack }))).Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}
