import type { Source, SourceFiles } from '../source.ts';
import { jsonl } from './jsonl.ts';

/** A pipeline whose source reads through these files; where a run was handed items, those in the source's place. */
export function overFiles<I, P, D>(
  pipeline: D & { readonly source: Source<I, P> },
  open: () => SourceFiles,
): D & { readonly source: Source<unknown, P> } {
  const files = open();
  return { ...pipeline, source: orItems(pipeline.source.over?.(files) ?? pipeline.source, files) };
}

function orItems<P>(source: Source<unknown, P>, files: SourceFiles): Source<unknown, P> {
  const declared = jsonl();
  const handedOver = declared.over?.(files) ?? declared;
  const plan: Source<unknown, P>['plan'] = async (context) => {
    if (context.items !== undefined) return (await handedOver.plan?.({ ...context, file: context.items })) ?? [null];
    return source.plan ? source.plan(context) : [null];
  };
  return {
    plan,
    read: (context) => (context.items === undefined ? source : handedOver).read(context),
    sample: (context) => (context.items === undefined ? source : handedOver).sample?.(context) ?? null,
    // A source may be of a class: its methods are called on itself.
    ...(source.count && { count: (ranges) => source.count?.(ranges) ?? 0 }),
    ...(source.reads && { reads: source.reads }),
    ...(source.takesFile && { takesFile: source.takesFile }),
  };
}
