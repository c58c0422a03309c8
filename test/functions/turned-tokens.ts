import { SeededRandom } from '../../testing/seeded-random.ts';

/** Tokens that are nearly this one: a character is another, or one is put in, or some are missing. The same ones each time. */
export function* turnedTokens(token: string, times: number): Generator<string> {
  const random = new SeededRandom(1);
  for (let i = 0; i < times; i++) {
    const at = random.integer(token.length);
    const letter = String.fromCharCode(33 + random.integer(90)).replace(/[/?#%]/, 'x');
    const turned = token.slice(0, at) + letter + token.slice(at + random.integer(3));
    if (turned !== token) yield turned;
  }
}
