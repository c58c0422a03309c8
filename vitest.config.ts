import { defineConfig } from 'vitest/config';

const SLOW = 'test/**/*.slow.test.ts';

/** `npm test` leaves out what kills, starves and joins real processes for minutes: that is `npm run test:slow`. */
export default defineConfig(({ mode }) => ({
  // What the bundled pipeline imports by the package's name is this repository's source.
  ssr: { resolve: { conditions: ['microprocess-source', 'node', 'development|production'] } },
  test: {
    include: mode === 'slow' ? [SLOW] : ['test/**/*.test.ts'],
    exclude: mode === 'slow' ? [] : [SLOW],
    // Two cores: more workers than that only make the emulators wait for each other.
    maxWorkers: 2,
    // The files of a worker share its process and modules. Loading the AWS SDK and the CDK anew for each file took a fifth of the
    // time. So a file restores what it changes in the process: environment variables, the current folder, mocks. One that loads modules anew
    // is a slow one: what can be loaded only once a process, such as WebAssembly, would fail in the files after it.
    isolate: mode === 'slow',
    setupFiles: 'test/setup.ts',
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
}));
