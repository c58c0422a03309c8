import { defineConfig } from 'vitest/config';

/** The contracts over a second DynamoDB and a second SQS, which need Java: `.ci/java-emulators`. */
export default defineConfig({ test: { include: ['test/contracts/java/*.check.ts'], testTimeout: 30_000 } });
