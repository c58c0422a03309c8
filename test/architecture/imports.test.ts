import { existsSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';
import { type Import, importsIn, readImports, sourceFiles } from './read-imports.ts';

/**
 * Who may import whom. The rules keep the decisions free of AWS, the functions apart from each other, and everything of the
 * laptop out of what is deployed.
 */
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

/** What is deployed may import. The bundler and what only a host needs (shared/project, shared/host) aren't among it. */
const DEPLOYED = [
  'shared/domain',
  'shared/author',
  'shared/ports',
  'shared/report',
  'shared/storage',
  'shared/adapters',
  'shared/flow',
  'shared/calling',
  'shared/control',
  'shared/lambda',
];

/**
 * The floors, from the ground up: a room imports from itself and from the rooms it names, nothing else of the project. A room
 * stands below whatever names it, so that no circle of rooms is possible. A new room is added here, or its files fail.
 */
const FLOORS: Readonly<Record<string, readonly string[]>> = {
  'shared/domain': [],
  'shared/author': ['shared/domain'],
  'shared/ports': ['shared/domain', 'shared/author'],
  'shared/report': ['shared/domain', 'shared/author'],
  'shared/storage': ['shared/domain', 'shared/author', 'shared/ports'],
  'shared/adapters': ['shared/domain', 'shared/author', 'shared/ports'],
  'shared/flow': ['shared/domain', 'shared/author', 'shared/ports', 'shared/storage'],
  'shared/calling': ['shared/domain', 'shared/author', 'shared/ports', 'shared/storage', 'shared/flow'],
  'shared/control': ['shared/domain', 'shared/author', 'shared/ports', 'shared/storage', 'shared/flow'],
  'shared/lambda': [
    'shared/domain',
    'shared/author',
    'shared/ports',
    'shared/storage',
    'shared/adapters',
    'shared/flow',
  ],
  'shared/client': [
    'shared/domain',
    'shared/author',
    'shared/adapters/direct/signature.ts',
    'shared/adapters/direct/signer.ts',
  ],
  'shared/host': ['shared/domain', 'shared/author', 'shared/ports', 'shared/flow'],
  'shared/project': ['shared/domain', 'shared/author'],
  functions: DEPLOYED,
  services: ['shared/client'],
  pipelines: ['shared/domain', 'shared/author'],
  testing: ['functions', 'shared'],
  infra: ['functions/system.ts', 'shared'],
  local: ['functions', 'shared'],
  'cli/template': [],
  'cli/console': [
    'shared/domain',
    'shared/author',
    'shared/ports',
    'shared/report',
    'shared/control',
    'shared/project',
    'local/loopback.ts',
    'cli/gate-words.ts',
    'cli/lateness-words.ts',
    'cli/progress-words.ts',
    'cli/text.ts',
  ],
  cli: ['local', 'functions/system.ts', 'shared'],
  'bin.mjs': [],
  build: ['local', 'shared/project'],
  bench: ['cli', 'local', 'testing', 'functions', 'shared', 'test/chaos'],
};

/** The room a file stands in; undefined where the floors know none. */
const roomOf = (path: string) => Object.keys(FLOORS).find((room) => path === room || path.startsWith(`${room}/`));

function breaksFloors({ from, to, isPackage }: Import): boolean {
  const room = roomOf(from);
  if (isPackage || room === undefined) return false;
  return ![room, ...(FLOORS[room] ?? [])].some((allowed) => to === allowed || to.startsWith(`${allowed}/`));
}

/** Each rule gives what breaks it. */
const RULES: readonly [rule: string, breaks: (each: Import) => boolean][] = [
  ['a room imports from the floors below it', breaksFloors],
  [
    'domain and ports need no package but zod',
    ({ from, to, isPackage }) => isPackage && within('shared/domain', 'shared/ports')(from) && !named('zod')(to),
  ],
  [
    'flow and control reach AWS and HTTP through ports alone',
    ({ from, to, isPackage }) =>
      isPackage && within('shared/flow', 'shared/control')(from) && !isNode(to) && !named('zod')(to),
  ],
  [
    'what authors import loads no AWS, no CDK and no HTTP client',
    ({ from, to, isPackage }) =>
      isPackage &&
      within('shared/author')(from) &&
      (isAwsSdk(to) || named('undici', 'aws-cdk-lib', 'constructs')(to) || isNode(to)),
  ],
  [
    'no function imports another',
    ({ from, to, isPackage }) =>
      !isPackage &&
      within('functions')(from) &&
      within('functions')(to) &&
      folderOf(from) !== '*' &&
      folderOf(from) !== folderOf(to),
  ],
  [
    'the AWS SDK is for adapters and for what connects them',
    ({ from, to, isPackage }) =>
      isPackage &&
      isAwsSdk(to) &&
      within('shared', 'functions')(from) &&
      !within('shared/adapters')(from) &&
      from !== 'shared/lambda/connect.ts',
  ],
  [
    "cdk-nag is applied by this repository's own app alone",
    ({ from, to, isPackage }) =>
      isPackage && named('cdk-nag')(to) && within('infra', 'shared', 'cli')(from) && from !== 'infra/build-app.ts',
  ],
  [
    'nothing deployed imports an emulator or the CDK',
    ({ from, to, isPackage }) =>
      isPackage &&
      within('shared', 'functions', 'pipelines', 'services')(from) &&
      !within('shared/project')(from) &&
      named(
        'fauxqs',
        'dynalite',
        'aws-cdk-lib',
        'constructs',
        'cdk-nag',
        'vitest',
        'fast-check',
        'commander',
        'esbuild',
      )(to),
  ],
];

/** `functions/forwarder` of a file in it; the composition root, which names every handler, stands in none. */
function folderOf(path: string): string {
  const folder = path.split('/')[1] ?? '';
  return folder.endsWith('.ts') ? '*' : folder;
}

describe('imports', async () => {
  const files = await sourceFiles();
  const imports = await readImports(files);

  test('are those of files that stand in a room', () => {
    expect(files.filter((file) => roomOf(file) === undefined)).toEqual([]);
  });

  test('are found at all', () => {
    expect(imports.length).toBeGreaterThan(300);
    expect(imports).toContainEqual({
      from: 'shared/domain/chain.ts',
      to: 'shared/domain/layout.ts',
      isPackage: false,
    });
    expect(imports).toContainEqual({ from: 'shared/domain/messages.ts', to: 'zod', isPackage: true });
  });

  test('name files that exist', () => {
    const missing = imports.filter(
      ({ to, isPackage }) => !isPackage && !to.endsWith('*') && !existsSync(join(PACKAGE_DIR, to)),
    );
    expect(missing).toEqual([]);
  });

  test.each(RULES)('%s', (_, breaks) => {
    expect(imports.filter(breaks).map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  test('form no circle', () => {
    const next = new Map<string, string[]>();
    for (const { from, to, isPackage } of imports) if (!isPackage) next.set(from, [...(next.get(from) ?? []), to]);
    expect(circleIn(next)).toEqual([]);
  });
});

/** The files of one circle, in order; none where there is none. */
function circleIn(next: ReadonlyMap<string, readonly string[]>): string[] {
  const seen = new Set<string>();
  const walk = (file: string, path: readonly string[]): string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (seen.has(file)) return [];
    seen.add(file);
    for (const to of next.get(file) ?? []) {
      const circle = walk(to, [...path, file]);
      if (circle.length > 0) return circle;
    }
    return [];
  };
  for (const file of next.keys()) {
    const circle = walk(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

test('a circle is found', () => {
  const next = new Map([
    ['a', ['b']],
    ['b', ['c']],
    ['c', ['b']],
  ]);
  expect(circleIn(next)).toEqual(['b', 'c', 'b']);
});

test.each([
  ['shared/domain/a.ts', 'shared/domain'],
  ['functions/system.ts', 'functions'],
  ['shared/new-room/a.ts', undefined],
  ['shared/a.ts', undefined],
  ['new-room/a.ts', undefined],
  ['a.ts', undefined],
])('%s stands in the room %s', (path, room) => {
  expect(roomOf(path)).toBe(room);
});

describe('the rules', () => {
  const broken = (from: string, name: string) =>
    importsIn(from, `import type { A } from '${name}';`).flatMap((each) =>
      RULES.filter(([, breaks]) => breaks(each)).map(([rule]) => rule),
    );

  test.each([
    ['shared/domain/a.ts', '../ports/b.ts', 'a room imports'],
    ['shared/domain/a.ts', 'node:fs', 'domain and ports'],
    ['shared/ports/a.ts', '../flow/b.ts', 'a room imports'],
    ['shared/report/a.ts', '../ports/b.ts', 'a room imports'],
    ['shared/storage/a.ts', '../flow/b.ts', 'a room imports'],
    ['shared/flow/a.ts', '../adapters/dynamodb/b.ts', 'a room imports'],
    ['shared/flow/a.ts', '../../functions/splitter/b.ts', 'a room imports'],
    ['shared/flow/a.ts', '../../testing/b.ts', 'a room imports'],
    ['shared/control/a.ts', 'undici', 'flow and control'],
    ['shared/author/a.ts', 'undici', 'what authors import'],
    ['functions/splitter/a.ts', '../forwarder/b.ts', 'no function'],
    ['functions/splitter/a.ts', '../system.ts', 'no function'],
    ['functions/splitter/a.ts', '../../local/host.ts', 'a room imports'],
    ['functions/splitter/a.ts', '@aws-sdk/client-sqs', 'the AWS SDK'],
    ['infra/constructs/a.ts', '../../functions/splitter/handler.ts', 'a room imports'],
    ['infra/constructs/a.ts', 'cdk-nag', 'cdk-nag is applied'],
    ['shared/lambda/handler.ts', '@smithy/node-http-handler', 'the AWS SDK'],
    ['shared/lambda/a.ts', 'fauxqs', 'nothing deployed imports an emulator'],
    ['shared/lambda/a.ts', 'aws-cdk-lib/aws-sqs', 'nothing deployed imports an emulator'],
    ['functions/forwarder/a.ts', '../../shared/host/event-source.ts', 'a room imports'],
    ['functions/forwarder/a.ts', '../../shared/project/bundle.ts', 'a room imports'],
    ['pipelines/airport-access/a.ts', '../../shared/project/bundle.ts', 'a room imports'],
    ['services/airports/a.ts', '../../shared/host/context.ts', 'a room imports'],
    ['functions/forwarder/a.ts', 'esbuild', 'nothing deployed imports an emulator'],
    ['shared/lambda/a.ts', '../host/context.ts', 'a room imports'],
    ['services/airports/a.ts', '../../shared/domain/b.ts', 'a room imports'],
    ['pipelines/airport-access/a.ts', '../../shared/adapters/a.ts', 'a room imports'],
  ])('catch %s importing %s', (from, name, rule) => {
    expect(broken(from, name).some((each) => each.startsWith(rule))).toBe(true);
  });

  test.each([
    ['shared/domain/a.ts', './b.ts'],
    ['shared/domain/a.ts', 'zod'],
    ['functions/splitter/a.ts', './b.ts'],
    ['functions/system.ts', './splitter/handler.ts'],
    ['infra/constructs/a.ts', '../../functions/system.ts'],
    ['shared/adapters/dynamodb/a.ts', '@aws-sdk/client-dynamodb'],
    ['shared/lambda/connect.ts', '@aws-sdk/client-s3'],
    ['local/host.ts', '../functions/system.ts'],
    ['pipelines/airport-access/a.ts', '../../shared/author/b.ts'],
  ])('let %s import %s', (from, name) => {
    expect(broken(from, name)).toEqual([]);
  });
});
