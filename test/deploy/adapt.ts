import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Allows in a cloud assembly's templates what AWS allows and the local AWS doesn't understand: on AWS, `sqs:SendMessage`
 * covers SendMessageBatch, an action that IAM doesn't have; the local AWS asks for an action of that name.
 * @returns how many policy statements were changed
 */
export function adaptToEmulator(assembly: string): number {
  let changed = 0;
  for (const file of readdirSync(assembly).filter((name) => name.endsWith('.template.json'))) {
    const path = join(assembly, file);
    const template: unknown = JSON.parse(readFileSync(path, 'utf8'), (key, value: unknown) => {
      if (key !== 'Action') return value;
      const actions = Array.isArray(value) ? value : [value];
      if (!actions.includes('sqs:SendMessage')) return value;
      changed += 1;
      return [...actions, 'sqs:SendMessageBatch'];
    });
    writeFileSync(path, JSON.stringify(template));
  }
  return changed;
}
