import * as z from 'zod';
import { type Identify, SCOPES } from './callers.ts';
import { Problem } from './problems.ts';

/** What Lambda says of a request that it let in by its signature. */
const signed = z.object({
  requestContext: z.object({ authorizer: z.object({ iam: z.object({ userArn: z.string().min(1) }) }) }),
});

/**
 * The caller whose signature Lambda has checked. Whoever may invoke the URL may all that it does. Two sessions of a role are one caller, so that a
 * request repeated by another instance is the same request.
 */
export const iamCaller: Identify = async (c) => {
  const { data } = signed.safeParse(c.env);
  if (!data) throw new Problem('unauthorized');
  const { userArn } = data.requestContext.authorizer.iam;
  return { id: userArn.replace(/(:assumed-role\/[^/]+)\/.*$/, '$1'), name: userArn, scopes: new Set(SCOPES) };
};
