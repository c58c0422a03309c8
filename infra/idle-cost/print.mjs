#!/usr/bin/env node
import { register } from 'tsx/esm/api';

register();
const { buildApp } = await import('../build-app.ts');
const { idleTables } = await import('./tables.ts');
// Nothing of the bundles is looked at.
const { stack } = buildApp({ app: { context: { 'aws:cdk:bundling-stacks': [] } } });
console.log(idleTables(stack));
