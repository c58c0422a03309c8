import type { NestedStack } from 'aws-cdk-lib';

/**
 * Gives a nested stack a short logical id. Its own name, and those of its functions, queues and bucket, start with it, and
 * AWS cuts them: of the CDK's id, which says everything twice, nothing would tell one pipeline's splitter from another's.
 */
export function nameNested(stack: NestedStack, id: string): void {
  stack.nestedStackResource?.overrideLogicalId(id);
}
