/** The definition that a function is bundled with; which one, its bundler says. */
declare module '#pipeline' {
  import type { Pipeline } from '../shared/author/definition.ts';

  const pipeline: Pipeline;
  export default pipeline;
}
