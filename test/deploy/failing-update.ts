import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const assets = z.object({ files: z.record(z.string(), z.object({ source: z.object({ path: z.string() }) })) });
const lambda = z.looseObject({
  Type: z.literal('AWS::Lambda::Function'),
  Properties: z.looseObject({ Description: z.string() }),
});
const root = z.looseObject({ Resources: z.record(z.string(), z.looseObject({ Type: z.string() })) });

/**
 * Changes a cloud assembly into an update of the same stack that changes every function and then fails, so that CloudFormation takes all of it
 * back: after its nested stacks it makes a parameter that is there.
 * @param taken name of that parameter
 * @returns how many functions it changes
 */
export function failingUpdate(assembly: string, stack: string, taken: string): number {
  const path = (name: string) => join(assembly, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');
  let changed = 0;
  const templates = readdirSync(assembly).filter((name) => name.endsWith('.template.json'));
  for (const name of templates) {
    const template: unknown = JSON.parse(read(name), (_, value: unknown) => {
      const { data: of } = lambda.safeParse(value);
      if (!of) return value;
      changed += 1;
      return { ...of, Properties: { ...of.Properties, Description: `${of.Properties.Description} (failing)` } };
    });
    writeFileSync(path(name), JSON.stringify(template));
  }
  const main = `${stack}.template.json`;
  const { Resources, ...rest } = root.parse(JSON.parse(read(main)));
  const nested = Object.keys(Resources).filter((id) => Resources[id]?.Type === 'AWS::CloudFormation::Stack');
  const Fails = {
    Type: 'AWS::SSM::Parameter',
    Properties: { Type: 'String', Name: taken, Value: 'taken' },
    DependsOn: nested,
  };
  writeFileSync(path(main), JSON.stringify({ ...rest, Resources: { ...Resources, Fails } }));
  // Templates are uploaded under their digests, and not at all where one is there: those of nested stacks first, whose names the main one holds.
  const { files } = assets.parse(JSON.parse(read(`${stack}.assets.json`)));
  const named = Object.entries(files).filter(([, { source }]) => templates.includes(source.path));
  for (const [digest, { source }] of named.sort(([, a]) => (a.source.path === main ? 1 : -1))) {
    const now = createHash('sha256').update(read(source.path)).digest('hex');
    for (const file of [main, `${stack}.assets.json`, 'manifest.json'])
      writeFileSync(path(file), read(file).replaceAll(digest, now));
  }
  return changed;
}
