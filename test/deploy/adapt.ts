import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const statement = z.looseObject({ Effect: z.string(), Action: z.union([z.string(), z.array(z.string())]) });

/**
 * Grants in a cloud assembly's templates what AWS grants and the local AWS asks for by another name:
 * - on AWS, `sqs:SendMessage` covers SendMessageBatch, an action that IAM doesn't have;
 * - SES v2's SendEmail is authorised on the sender's identity, not on every resource;
 * - a secret's `Ref` is its ARN on AWS, and its name here, which no policy's resource can be.
 * @returns how many policy statements were changed
 */
export function adaptToEmulator(assembly: string): number {
  let changed = 0;
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    const path = join(assembly, file);
    const template: unknown = JSON.parse(readFileSync(path, 'utf8'), (_, value: unknown) => {
      const parsed = statement.safeParse(value);
      if (!parsed.success) return value;
      const adapted = adapt(parsed.data);
      if (adapted) changed += 1;
      return adapted ?? value;
    });
    writeFileSync(path, JSON.stringify(template));
  }
  return changed;
}

function adapt(of: z.infer<typeof statement>): Record<string, unknown> | undefined {
  const actions = [of.Action].flat();
  if (actions.includes('sqs:SendMessage')) return { ...of, Action: [...actions, 'sqs:SendMessageBatch'] };
  if (actions.includes('ses:SendEmail') || actions.includes('secretsmanager:GetSecretValue'))
    return { ...of, Resource: '*' };
  return undefined;
}
