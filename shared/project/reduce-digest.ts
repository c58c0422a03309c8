import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type BundleOptions, bundle } from './bundle.ts';
import { ownModule } from './project.mjs';

/**
 * Digest of what reduces a pipeline's rows: the text of its definition's module and of the engine's reducing, bundled with every package
 * that they use. Nothing that decides about a line is outside of it, so two that are the same reduce alike. Two that differ may reduce
 * alike too, as where only a limit was changed: then parts are reduced anew for nothing.
 * @param pipelineEntry absolute path of the definition's module
 */
export async function reduceDigest(pipelineEntry: string): Promise<string> {
  return digestOf(await readFile(await bundle(reducing(pipelineEntry))));
}

/** The program whose text is digested. */
export function reducing(pipelineEntry: string): BundleOptions {
  return { entry: ownModule('functions/aggregator/reducing'), alias: { '#pipeline': pipelineEntry } };
}

export function digestOf(text: Uint8Array): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
