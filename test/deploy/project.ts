import { fileURLToPath } from 'node:url';

/** What the deploy test deploys: the tests' own project, and the example of work that calls back. */
export const DEPLOYED_PROJECT = fileURLToPath(new URL('project', import.meta.url));
