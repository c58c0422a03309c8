import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { type Identify, SCOPES } from './callers.ts';
import { Problem } from './problems.ts';
import type { JwtSettings } from './settings.ts';

/** Signatures by a key pair: whoever can check one can make none. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/**
 * Lets in a bearer's token that its issuer signed for this API. The issuer's keys are kept for ten minutes, and fetched again for a key that is not
 * among them: keys change without a deployment.
 * @param cooldownMs for which keys are not fetched again, whatever tokens name: an issuer must not be flooded through us
 */
export function jwtCaller({ issuer, audience, jwksUrl, scopePrefix }: JwtSettings, cooldownMs = 30_000): Identify {
  const keys = createRemoteJWKSet(new URL(jwksUrl), { cooldownDuration: cooldownMs });
  return async (c) => {
    const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    if (token === undefined) throw refused();
    const claims = await verified(token, keys, { issuer, audience });
    const { sub = '' } = claims;
    const granted = scopesIn(claims);
    const scopes = new Set(SCOPES.filter((scope) => granted.includes(`${scopePrefix}${scope}`)));
    return { id: JSON.stringify([issuer, sub]), name: sub, scopes };
  };
}

async function verified(
  token: string,
  keys: JWTVerifyGetKey,
  expected: { readonly issuer: string; readonly audience: string },
): Promise<JWTPayload> {
  try {
    const options = { ...expected, algorithms: ALGORITHMS, requiredClaims: ['sub', 'exp'], clockTolerance: 5 };
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    // An issuer that doesn't answer is no fault of the caller's.
    if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout)) throw refused();
    throw error;
  }
}

/** As OAuth 2 has them, in one text, or as some issuers do, in a list. */
function scopesIn({ scope, scp }: JWTPayload): readonly unknown[] {
  return [scope, scp].flatMap((said) => (typeof said === 'string' ? said.split(' ') : Array.isArray(said) ? said : []));
}

/** It says nothing of why: a token that almost holds is none. */
const refused = () => new Problem('unauthorized', undefined, { 'www-authenticate': 'Bearer' });
