/** The definition that a function is bundled with; which one, its bundler says. */
declare module '#pipeline' {
  import type { Pipeline } from '../shared/author/definition.ts';

  const pipeline: Pipeline;
  export default pipeline;
}

/** All definitions that the HTTP API serves; which ones, its bundler says. */
declare module '#pipelines' {
  import type { Pipeline } from '../shared/author/definition.ts';

  const pipelines: readonly Pipeline[];
  export default pipelines;
}
