import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { MUTANTS, type Mutant } from './mutants.ts';

/**
 * `npm run mutants [word]`: makes each mistake in the source, runs the test that must name it, and puts the source back. Not part
 * of `npm test`: it writes to the checkout while it runs.
 */
const report = z.object({
  testResults: z.array(z.object({ assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })) })),
});

function failedTests(testFile: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'));
  const file = join(folder, 'report.json');
  try {
    spawnSync('npx', ['vitest', 'run', testFile, '--reporter=json', `--outputFile=${file}`], { stdio: 'ignore' });
    const { testResults } = report.parse(JSON.parse(readFileSync(file, 'utf8')));
    const all = testResults.flatMap(({ assertionResults }) => assertionResults);
    return all.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The names of the tests that fail of the mistake, of those that must. */
function testsNaming({ file, code, mutated, testFile, test }: Mutant): string[] {
  const source = readFileSync(file, 'utf8');
  if (source.split(code).length !== 2) throw new Error(`${file} must hold this exactly once: ${code}`);
  writeFileSync(
    file,
    source.replace(code, () => mutated),
  );
  try {
    return failedTests(testFile).filter((name) => name.includes(test));
  } finally {
    writeFileSync(file, source);
  }
}

let survived = 0;
for (const mutant of MUTANTS.filter(({ mistake }) => mistake.includes(process.argv[2] ?? ''))) {
  const names = testsNaming(mutant);
  if (names.length === 0) survived++;
  console.log(`${names.length > 0 ? 'named   ' : 'SURVIVED'} ${mutant.mistake}`);
  for (const name of names) console.log(`           ${name}`);
}
process.exitCode = survived > 0 ? 1 : 0;
