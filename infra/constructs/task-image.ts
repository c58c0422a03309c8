import { Stack } from 'aws-cdk-lib';
import type { CfnTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import * as z from 'zod';

const rendered = z.array(z.object({ image: z.unknown() }));

/** By digest, or by the hash that is the tag of an image which the CDK builds. Nothing else is sure to be the same image tomorrow. */
const PINNED = /@sha256:[0-9a-f]{64}|:[0-9a-f]{64}/;

/** Whether an image is pinned, as CloudFormation gets it. */
export function isPinnedImage(image: unknown): boolean {
  return PINNED.test(JSON.stringify(image));
}

/** Whether every container's image is pinned, so that two services run the same one whenever their tasks start. */
export function isPinned(task: CfnTaskDefinition): boolean {
  const containers = rendered.parse(Stack.of(task).resolve(task.containerDefinitions));
  return containers.every(({ image }) => isPinnedImage(image));
}
