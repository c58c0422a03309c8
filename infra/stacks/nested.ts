import { NestedStack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/** A construct in a nested stack of its own, so that it has CloudFormation's 500 resources to itself. */
export class Nested<Content extends Construct> extends NestedStack {
  readonly content: Content;

  /**
   * @param id also the stack's logical id, instead of the CDK's: its own name, and those of its functions, queues and bucket,
   * start with it, and AWS cuts them. The CDK's says everything twice, and nothing would tell one pipeline's splitter from another's.
   */
  constructor(scope: Construct, id: string, make: (stack: NestedStack) => Content) {
    super(scope, id);
    this.nestedStackResource?.overrideLogicalId(id);
    this.content = make(this);
  }
}
