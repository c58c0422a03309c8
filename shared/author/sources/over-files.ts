import { mapValues } from '../../domain/records.ts';
import type { Output } from '../output.ts';
import type { Source, SourceFiles } from '../source.ts';
import { jsonl } from './jsonl.ts';

/** A pipeline whose source and outputs read through these files; where a run was handed items, those in the source's place. */
export function overFiles<I, R, P, D>(
  pipeline: D & { readonly source: Source<I, P>; readonly outputs: Readonly<Record<string, Output<I, R>>> },
  open: () => SourceFiles,
): D & { readonly source: Source<unknown, P>; readonly outputs: Readonly<Record<string, Output<I, R>>> } {
  const files = open();
  const outputs = mapValues(pipeline.outputs, (output) => including(output, files));
  return { ...pipeline, source: orItems(pipeline.source.over?.(files) ?? pipeline.source, files), outputs };
}

function including<I, R>(output: Output<I, R>, files: SourceFiles): Output<I, R> {
  const { includes } = output;
  if (!includes) return output;
  async function* read(place: string): AsyncGenerator<Uint8Array> {
    yield* files.read(await files.look(place), 0);
  }
  // An output may be of a class: its method is called on itself.
  return { ...output, open: () => output.open(), includes: { ...includes, read } };
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
