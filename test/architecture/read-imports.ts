import { readdir, readFile } from 'node:fs/promises';
import { posix } from 'node:path';
import { parseSync, Visitor } from 'oxc-parser';
import { PACKAGE_DIR } from '../../shared/project/project.mjs';

export interface Import {
  /** The importing file, from the root, with forward slashes. */
  readonly from: string;
  /** The file it names, from the root, or the package. A template's path ends in `*` where its first variable stands. */
  readonly to: string;
  readonly isPackage: boolean;
}

const SOURCE = /\.[cm]?[jt]sx?$/;
/** Top-level entries whose files have no floor: tests and docs import what they like, the others aren't source. */
const NO_ROOMS = ['docs', 'node_modules', 'test', 'vitest.config.ts', 'dist', 'out', 'cdk.out', 'coverage'];

/** Every source file of the package, whatever folder it stands in, but for hidden folders and those without a floor. */
export async function sourceFiles(): Promise<string[]> {
  const top = await readdir(PACKAGE_DIR, { withFileTypes: true });
  const rooms = top.filter(({ name }) => !name.startsWith('.') && !NO_ROOMS.includes(name));
  const found = rooms.map(async (entry) => {
    if (!entry.isDirectory()) return [entry.name];
    const inside = await readdir(posix.join(PACKAGE_DIR, entry.name), { recursive: true });
    return inside.map((path) => `${entry.name}/${path.replaceAll('\\', '/')}`);
  });
  return (await Promise.all(found)).flat().filter((path) => SOURCE.test(path) && !path.includes('node_modules/'));
}

/** What source files import. */
export async function readImports(files: readonly string[]): Promise<Import[]> {
  const read = files.map(async (file) => importsIn(file, await readFile(posix.join(PACKAGE_DIR, file), 'utf8')));
  return (await Promise.all(read)).flat();
}

/** Syntax that names another file without an import or export statement. Only files with such words are walked. */
const OTHERS = /\bimport\s*\(|\brequire\b|\bcreateRequire\b|\bURL\b|\bresolve\b/;
const LOADERS = /^(require|createRequire\(.*\)|import\.meta)(\.resolve)?$/s;

/**
 * Imports and re-exports of values and types, dynamic imports, `require`, and URLs relative to the file. A name that a variable
 * holds can't be read.
 */
export function importsIn(from: string, text: string): Import[] {
  const { module, program, errors } = parseSync(from, text);
  if (errors[0]) throw new Error(`${from} can't be parsed: ${errors[0].message}`);
  const names = new Set<string>();
  const add = (node: Named | undefined) => {
    const name = node && nameIn(node);
    if (name !== undefined) names.add(name);
  };
  for (const { moduleRequest } of module.staticImports) names.add(moduleRequest.value);
  for (const { moduleRequest } of module.staticExports.flatMap(({ entries }) => entries))
    if (moduleRequest) names.add(moduleRequest.value);
  if (OTHERS.test(text)) {
    const source = ({ start, end }: { readonly start: number; readonly end: number }) => text.slice(start, end);
    new Visitor({
      ImportExpression: (node) => add(node.source),
      TSImportType: (node) => add(node.source),
      TSExternalModuleReference: (node) => add(node.expression),
      CallExpression(node) {
        if (LOADERS.test(source(node.callee))) add(node.arguments[0]);
      },
      NewExpression({ callee, arguments: [path, base] }) {
        const isOfFile = source(callee) === 'URL' && base && source(base) === 'import.meta.url';
        // A URL is relative without a dot too.
        const name = isOfFile && path && nameIn(path);
        if (name) names.add(/^[./]|^\w+:/.test(name) ? name : `./${name}`);
      },
    }).visit(program);
  }
  return [...names].map((name) => {
    const isPackage = !name.startsWith('.');
    return { from, to: isPackage ? name : posix.join(posix.dirname(from), name), isPackage };
  });
}

interface Named {
  readonly type: string;
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked: string | null } }[];
}

function nameIn({ type, value, quasis = [] }: Named): string | undefined {
  if (type === 'TemplateLiteral') return `${quasis[0]?.value.cooked ?? ''}${quasis.length > 1 ? '*' : ''}`;
  return type === 'Literal' && typeof value === 'string' ? value : undefined;
}
