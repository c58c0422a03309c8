import { type CallbackClaims, readToken } from '../../shared/flow/callback-token.ts';
import type { HttpAnswer, HttpRequest } from '../../shared/lambda/http.ts';
import { problem } from './answers.ts';
import type { CallbackPorts } from './deps.ts';

/**
 * Lets in a request whose token we signed for this pipeline, whose time isn't over, and whose body isn't too large. Before that nothing is read
 * of what is stored, and nothing is told of it.
 */
export async function openRequest(
  { callbacks, pipeline, stores, clock }: CallbackPorts,
  { params: { token = '', act }, body }: HttpRequest,
): Promise<{ readonly claims: CallbackClaims } | { readonly refused: HttpAnswer }> {
  if (act !== undefined && act !== 'progress') return { refused: problem(404, 'There is nothing at this address.') };
  const read = async () => readToken(await callbacks.keys(), pipeline.name, token);
  // Signed by a key that this function doesn't know yet, perhaps.
  const claims = (await read()) ?? ((await callbacks.renew()) ? await read() : null);
  if (!claims) return { refused: problem(401, 'The address holds no token that was signed here.') };
  const { maxResponseBytes } = pipeline.endpoint;
  if (Buffer.byteLength(body) > maxResponseBytes)
    return { refused: problem(413, `The body is larger than the ${maxResponseBytes} bytes that are taken.`) };
  if (clock.now() >= claims.expires || (await stores.runs.read(claims.run)) === null)
    return { refused: problem(410, 'The time in which this could be called is over.') };
  return { claims };
}
