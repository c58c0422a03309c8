import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * Who may import whom. The rules keep the decisions free of AWS, the functions apart from each other, and everything of the
 * laptop out of what is deployed.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SOURCES = ['bench', 'cli', 'functions', 'infra', 'local', 'pipelines', 'services', 'shared'];

interface Import {
  /** The importing file, from the root, with forward slashes. */
  readonly from: string;
  /** The file it names, from the root, or the package. */
  readonly to: string;
  readonly isPackage: boolean;
}

// Static, dynamic and re-exporting imports, of values and types alike.
const IMPORTS =
  /(?:^|\n|;)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s*)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]/g;

function importsIn(from: string, text: string): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(IMPORTS)].map((match) => {
    const name = match[1] ?? match[2] ?? '';
    const isPackage = !name.startsWith('.');
    return {
      from,
      to: isPackage
        ? name
        : normalize(join(dirname(from), name))
            .split(sep)
            .join('/'),
      isPackage,
    };
  });
}

async function sourceFiles(): Promise<string[]> {
  const found: string[] = [];
  for (const folder of SOURCES.filter((name) => existsSync(join(ROOT, name)))) {
    for (const entry of await readdir(join(ROOT, folder), { recursive: true, withFileTypes: true })) {
      const path = relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join('/');
      if (entry.isFile() && /\.(ts|mts|mjs|js)$/.test(path) && !path.includes('node_modules/')) found.push(path);
    }
  }
  return found;
}

async function readImports(): Promise<Import[]> {
  const files = await sourceFiles();
  const read = await Promise.all(files.map(async (file) => importsIn(file, await readFile(join(ROOT, file), 'utf8'))));
  return read.flat();
}

const within =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(`${folder}/`));
const named =
  (...packages: string[]) =>
  (name: string) =>
    packages.some((each) => name === each || name.startsWith(`${each}/`));
const isAwsSdk = (name: string) =>
  name.startsWith('@aws-sdk/') || name.startsWith('@smithy/') || name.startsWith('@aws-crypto/');
const isNode = (name: string) => name.startsWith('node:') || builtinModules.includes(name);

/** Each rule gives what breaks it. */
const RULES: readonly [rule: string, breaks: (each: Import) => boolean][] = [
  [
    'domain imports domain and zod, nothing else',
    ({ from, to, isPackage }) =>
      within('shared/domain')(from) && (isPackage ? !named('zod')(to) : !within('shared/domain')(to)),
  ],
  [
    'ports import domain and ports, and no package',
    ({ from, to, isPackage }) =>
      within('shared/ports')(from) && (isPackage || !within('shared/domain', 'shared/ports')(to)),
  ],
  [
    'flow and control reach AWS and HTTP through ports alone',
    ({ from, to, isPackage }) =>
      within('shared/flow', 'shared/control')(from) &&
      (isPackage ? !isNode(to) && !named('zod')(to) : within('shared/stores', 'shared/messaging', 'functions')(to)),
  ],
  [
    'no function imports another',
    ({ from, to, isPackage }) =>
      !isPackage && within('functions')(from) && within('functions')(to) && from.split('/')[1] !== to.split('/')[1],
  ],
  [
    'shared imports no function',
    ({ from, to, isPackage }) => !isPackage && within('shared')(from) && within('functions')(to),
  ],
  [
    'infra names functions by path',
    ({ from, to, isPackage }) => !isPackage && within('infra')(from) && within('functions')(to),
  ],
  [
    'the AWS SDK is for stores, messaging and the wiring of their clients',
    ({ from, to, isPackage }) =>
      isPackage &&
      isAwsSdk(to) &&
      within('shared', 'functions')(from) &&
      !within('shared/stores', 'shared/messaging')(from) &&
      from !== 'shared/lambda/wire.ts',
  ],
  [
    'nothing deployed imports what runs it on a laptop, its tests or its tools',
    ({ from, to, isPackage }) =>
      !isPackage &&
      within('shared', 'functions', 'pipelines', 'services')(from) &&
      within('local', 'cli', 'test', 'infra', 'bench')(to),
  ],
  [
    'nothing deployed imports an emulator or the CDK',
    ({ from, to, isPackage }) =>
      isPackage &&
      within('shared', 'functions', 'pipelines', 'services')(from) &&
      named('fauxqs', 'dynalite', 'aws-cdk-lib', 'constructs', 'cdk-nag', 'vitest', 'fast-check', 'commander')(to),
  ],
  [
    'a service and a pipeline know nothing of the machinery',
    ({ from, to, isPackage }) =>
      !isPackage &&
      ((within('services')(from) && !within('services')(to)) ||
        (within('pipelines')(from) && within('shared')(to) && !within('shared/domain', 'shared/report')(to))),
  ],
  [
    'memory stores, made for tests, are imported by nothing deployed',
    ({ from, to, isPackage }) =>
      !isPackage &&
      within('shared', 'functions')(from) &&
      !within('shared/stores/memory')(from) &&
      within('shared/stores/memory')(to),
  ],
];

describe('imports', async () => {
  const imports = await readImports();

  test('are found at all', () => {
    expect(imports.length).toBeGreaterThan(300);
    expect(imports).toContainEqual({
      from: 'shared/domain/chain.ts',
      to: 'shared/domain/geometry.ts',
      isPackage: false,
    });
    expect(imports).toContainEqual({ from: 'shared/domain/messages.ts', to: 'zod', isPackage: true });
  });

  test('name files that exist', () => {
    const missing = imports.filter(({ to, isPackage }) => !isPackage && !existsSync(join(ROOT, to)));
    expect(missing).toEqual([]);
  });

  test.each(RULES)('%s', (_, breaks) => {
    expect(imports.filter(breaks).map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });
});

describe('the rules', () => {
  const broken = (from: string, name: string) =>
    importsIn(from, `import type { A } from '${name}';`).flatMap((each) =>
      RULES.filter(([, breaks]) => breaks(each)).map(([rule]) => rule),
    );

  test.each([
    ['shared/domain/a.ts', '../ports/b.ts', 'domain imports'],
    ['shared/domain/a.ts', 'node:fs', 'domain imports'],
    ['shared/ports/a.ts', '../flow/b.ts', 'ports import'],
    ['shared/ports/a.ts', 'zod', 'ports import'],
    ['shared/flow/a.ts', '../stores/dynamodb/b.ts', 'flow and control'],
    ['shared/control/a.ts', 'undici', 'flow and control'],
    ['functions/splitter/a.ts', '../forwarder/b.ts', 'no function'],
    ['shared/flow/a.ts', '../../functions/splitter/b.ts', 'shared imports'],
    ['infra/constructs/a.ts', '../../functions/splitter/handler.ts', 'infra names'],
    ['functions/splitter/a.ts', '@aws-sdk/client-sqs', 'the AWS SDK'],
    ['shared/lambda/handler.ts', '@smithy/node-http-handler', 'the AWS SDK'],
    ['functions/splitter/a.ts', '../../local/host.ts', 'nothing deployed imports what'],
    ['shared/lambda/a.ts', 'fauxqs', 'nothing deployed imports an emulator'],
    ['shared/lambda/a.ts', 'aws-cdk-lib/aws-sqs', 'nothing deployed imports an emulator'],
    ['services/airports/a.ts', '../../shared/domain/b.ts', 'a service and a pipeline'],
    ['pipelines/airport-access/a.ts', '../../shared/stores/codec.ts', 'a service and a pipeline'],
    ['shared/flow/a.ts', '../stores/memory/b.ts', 'memory stores'],
  ])('catch %s importing %s', (from, name, rule) => {
    expect(broken(from, name).some((each) => each.startsWith(rule))).toBe(true);
  });

  test.each([
    ['shared/domain/a.ts', './b.ts'],
    ['shared/domain/a.ts', 'zod'],
    ['functions/splitter/a.ts', './b.ts'],
    ['shared/stores/dynamodb/a.ts', '@aws-sdk/client-dynamodb'],
    ['shared/lambda/wire.ts', '@aws-sdk/client-s3'],
    ['local/host.ts', '../functions/splitter/handler.ts'],
    ['pipelines/airport-access/a.ts', '../../shared/report/b.ts'],
  ])('let %s import %s', (from, name) => {
    expect(broken(from, name)).toEqual([]);
  });
});

test.each([
  ["import { a } from './b.ts';", ['b.ts']],
  ["import type { a } from './b.ts';", ['b.ts']],
  ["import {\n  a,\n  type B,\n} from './b.ts';\nexport * from './c.ts';", ['b.ts', 'c.ts']],
  ["import './b.ts';", ['b.ts']],
  ["const b = await import('./b.ts');", ['b.ts']],
  ["// import './b.ts';\n/* import './c.ts'; */", []],
  ["const text = 'nothing from here';", []],
])('imports are read from %j', (text, found) => {
  expect(importsIn('a.ts', text).map(({ to }) => to)).toEqual(found);
});
