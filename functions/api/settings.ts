import * as z from 'zod';

/** Whose tokens let callers in. */
const jwtSettings = z.object({
  issuer: z.string().min(1),
  audience: z.string().min(1),
  jwksUrl: z.url({ protocol: /^https?$/ }),
  /** What stands before `read`, `run` and `operate` in the scopes of a token. */
  scopePrefix: z.string(),
});
export type JwtSettings = z.infer<typeof jwtSettings>;

/** How a deployment's API lets callers in, and how fast. */
export const apiSettings = z.object({
  /** Absent: Lambda checks signatures. */
  jwt: jwtSettings.optional(),
  /** Each caller's, in each of the function's environments. */
  rate: z.object({ perSecond: z.number().positive(), burst: z.number().positive() }),
});
export type ApiSettings = z.infer<typeof apiSettings>;

/** What holds them, in the function's environment. */
export const SETTINGS_VARIABLE = 'MP_API';
