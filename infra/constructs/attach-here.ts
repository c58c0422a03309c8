import { Names } from 'aws-cdk-lib';
import { type IRole, Policy, type PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';

/**
 * Gives a role rights by a policy of its own, which stands where `scope` does. In the role's own policy they would make its stack need this
 * one, which may need the role's.
 */
export function attachHere(scope: Construct, id: string, role: IRole, statements: readonly PolicyStatement[]): Policy {
  const within = new Construct(scope, id);
  const policy = new Policy(within, 'Policy', {
    // With the stack's name in it: the CDK's default has none, and of two policies of one role and name the later takes the other's place.
    policyName: Names.uniqueResourceName(within, { maxLength: 128 }),
    statements: [...statements],
  });
  // Not `roles`: an imported role that must not be changed stays as it is.
  role.attachInlinePolicy(policy);
  return policy;
}
