import { expect, test } from 'vitest';
import { importsIn } from './read-imports.ts';

test.each([
  ["import { a } from './b.ts';", ['b.ts']],
  ["import type { a } from './b.ts';", ['b.ts']],
  ["import { type A } from './b.ts';", ['b.ts']],
  ["import {\n  a,\n  type B,\n} from './b.ts';\nexport * from './c.ts';", ['b.ts', 'c.ts']],
  ["export { a } from './b.ts';\nexport type { C } from './c.ts';", ['b.ts', 'c.ts']],
  ["import './b.ts';", ['b.ts']],
  ["const b = await import('./b.ts');", ['b.ts']],
  ['const b = await import(`./b.ts`);', ['b.ts']],
  [`const b = await import(\`../d/\${name}.ts\`);`, ['d/*']],
  ["type B = import('./b.ts').B;", ['b.ts']],
  ["import b = require('./b.ts');", ['b.ts']],
  ["const b = require('./b.ts');", ['b.ts']],
  ["const b = createRequire(import.meta.url).resolve('./b.ts');", ['b.ts']],
  ["const b = import.meta.resolve('./b.ts');", ['b.ts']],
  ["const b = new URL('../d/b.ts', import.meta.url);", ['d/b.ts']],
  ["const b = new URL('b.ts', import.meta.url);", ['b.ts']],
  ["const b = new URL('/b', 'http://localhost');", []],
  ["const glob = '/*';\nimport './b.ts';\nconst end = '*/';", ['b.ts']],
  ["// import './b.ts';\n/* import './c.ts'; */", []],
  ["const text = 'nothing from here'; const b = `import './b.ts'`;", []],
])('imports are read from %j', (text, found) => {
  expect(importsIn('a/a.ts', text).map(({ to }) => to)).toEqual(
    found.map((to) => (to.startsWith('d/') ? to : `a/${to}`)),
  );
});

test('a file that cannot be parsed is an error, not a file without imports', () => {
  expect(() => importsIn('a.ts', 'import {')).toThrow(/a\.ts can't be parsed/);
});
