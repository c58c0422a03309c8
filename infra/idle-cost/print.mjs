#!/usr/bin/env node
import { register } from 'tsx/esm/api';

register();
const { buildApp } = await import('../build-app.ts');
const { idleTables } = await import('./tables.ts');
const { PACKAGE_DIR } = await import('../../shared/project/project.mjs');
// The project that the docs' tables are of, and their test. Nothing of the bundles is looked at.
const project = `${PACKAGE_DIR}/test/fixtures/project`;
const { stack } = buildApp({ project, app: { context: { 'aws:cdk:bundling-stacks': [] } } });
console.log(idleTables(stack));
