import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { InfraError } from './errors.ts';

/**
 * Says why a finding of cdk-nag is meant to be so; a finding nobody acknowledged stops the synthesis.
 * Acknowledged where it arises, one finding at a time, so that the next one of its kind is found again.
 */
export function acknowledge(scope: IConstruct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge({ id: rule, reason });
}

/**
 * Acknowledges a wildcard in one resource of a policy.
 * @param arn a construct's ARN; of another stack, where that stack is given
 * @param suffix what follows the ARN, with the wildcard
 */
export function acknowledgeWildcard(
  scope: IConstruct,
  arn: string,
  suffix: string,
  reason: string,
  from?: Stack,
): void {
  const reference: unknown = from ? from.resolve(from.exportValue(arn)) : Stack.of(scope).resolve(arn);
  acknowledge(scope, `AwsSolutions-IAM5[Resource::${flatten(reference)}${suffix}]`, reason);
}

/** A reference as cdk-nag names it in a finding. */
function flatten(reference: unknown): string {
  if (typeof reference === 'object' && reference !== null) {
    const imported: unknown = Reflect.get(reference, 'Fn::ImportValue');
    if (typeof imported === 'string') return imported;
    const attribute: unknown = Reflect.get(reference, 'Fn::GetAtt');
    if (Array.isArray(attribute)) return `<${attribute.join('.')}>`;
  }
  throw new InfraError(`Expected a resource's ARN or an import of it, received ${JSON.stringify(reference)}.`);
}
