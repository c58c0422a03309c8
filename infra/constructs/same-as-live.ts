import { isDeepStrictEqual } from 'node:util';
import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import * as z from 'zod';

/** Of a resource, as CloudFormation gets them. */
export type Properties = Readonly<Record<string, unknown>>;

const rendered = z.object({
  Resources: z.record(z.string(), z.object({ Properties: z.record(z.string(), z.unknown()).default({}) })),
});

export interface Alike {
  readonly live: CfnResource;
  readonly made: CfnResource;
  /** What of their properties must be equal, by name. */
  alike(properties: Properties): Properties;
}

/**
 * Refuses at synthesis a clone that would be of something else than what is live: an override is no property, so that a copy of the
 * properties hasn't got it, and neither has it what is set after it was made.
 */
export function checkSameAsLive(scope: Construct, { live, made, alike }: Alike): void {
  scope.node.addValidation({
    validate: () => {
      // Both as the live one's stack names things: a clone's own stack has other names for what is in the live one's.
      const [wanted, has] = [alike(propertiesOf(live)), alike(propertiesOf(made, Stack.of(live)))];
      const others = Object.keys({ ...wanted, ...has }).filter((name) => !isDeepStrictEqual(wanted[name], has[name]));
      return others.length === 0
        ? []
        : [
            `The clone would have another ${others.join(', ')} than ${live.node.path}, which was changed by an override or after its clone was made. Set it where the live one is made, before its clone and without an override.`,
          ];
    },
  });
}

/** A resource's properties, overrides included, in the names of a stack. */
export function propertiesOf(resource: CfnResource, stack = Stack.of(resource)): Properties {
  const { Resources } = rendered.parse(stack.resolve(resource._toCloudFormation()));
  return Object.values(Resources)[0]?.Properties ?? {};
}

/** Some properties by their names. */
export function pick(properties: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, properties[name]]));
}
