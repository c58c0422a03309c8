import { defineConfig } from 'vitest/config';

/** The slower check of both releases at the same runs, which needs git's history: `npm run test:formats`. */
export default defineConfig({ test: { include: ['test/formats/mixed/*.check.ts'], maxWorkers: 1 } });
