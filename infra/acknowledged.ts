import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Says why a finding of cdk-nag is meant to be so; a finding nobody acknowledged stops the synthesis.
 * Acknowledged where it arises, one finding at a time, so that the next one of its kind is found again.
 */
export function acknowledge(scope: IConstruct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: rule, reason });
}

/**
 * Acknowledges a wildcard in one resource of a policy.
 * @param arn a construct's ARN, of this stack or another
 * @param suffix what follows the ARN, with the wildcard
 */
export function acknowledgeWildcard(scope: IConstruct, arn: string, suffix: string, reason: string): void {
  scope.node.addValidation({
    // Another stack's ARN is a parameter here, which has no name before the references are bound: the step before this.
    validate() {
      const resource = `${flatten(Stack.of(scope).resolve(arn))}${suffix}`;
      acknowledge(scope, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
      return [];
    },
  });
}

/** A reference as cdk-nag names it in a finding. */
function flatten(reference: unknown): string {
  if (typeof reference === 'string') return reference;
  if (typeof reference === 'object' && reference !== null) {
    const parameter: unknown = Reflect.get(reference, 'Ref');
    if (typeof parameter === 'string') return `<${parameter}>`;
    const attribute: unknown = Reflect.get(reference, 'Fn::GetAtt');
    if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
    const joined: unknown = Reflect.get(reference, 'Fn::Join');
    if (Array.isArray(joined) && Array.isArray(joined[1])) return joined[1].map(flatten).join(joined[0]);
    const imported: unknown = Reflect.get(reference, 'Fn::ImportValue');
    if (imported !== undefined) return flatten(imported);
  }
  return JSON.stringify(reference);
}
