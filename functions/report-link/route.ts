import type { Route } from '../../shared/lambda/declaration.ts';

/** The report as a page, or its rows (`/csv`). Anyone may call: the token is what lets in. */
export const ROUTE = {
  method: 'GET',
  path: '/report/{token}/{file?}',
  auth: 'signed-token',
} as const satisfies Route;
