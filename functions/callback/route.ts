import type { Route } from '../../shared/lambda/declaration.ts';

/** An outcome, or word that it is still being worked on (`/progress`). Anyone may call: the token is what lets in. */
export const ROUTE = {
  method: 'POST',
  path: '/callback/{token}/{act?}',
  auth: 'signed-token',
} as const satisfies Route;
