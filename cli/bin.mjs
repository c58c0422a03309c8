#!/usr/bin/env node
// The command line is TypeScript that runs as it is: no build step stands between an edit and a run.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
