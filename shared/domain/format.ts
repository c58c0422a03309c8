/**
 * Versions of messages, pages, part indexes and manifests, oldest first, that this release reads. A release that adds one still writes the one
 * before: see {@link WRITES} and docs/upgrading.md. By themselves in this file, so that a test can be another release.
 * Version 2 has pointers into packs (shared/storage/result-pack.ts), in pages of outcomes and in the rows of a part.
 */
export const READS = [1, 2] as const;

/** The version that this release writes: one that the release before it reads too. */
export const WRITES = 1 satisfies (typeof READS)[number];
