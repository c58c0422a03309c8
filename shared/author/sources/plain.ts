import type { Json } from '../../domain/json.ts';

/**
 * Marks an item that one of our own readers made of a file and nobody else has seen: JSON as it is, which nobody changes any more. It needn't be
 * looked through, nor copied.
 */
export const PLAIN: unique symbol = Symbol('plain');

/** Whether a reader of ours marked it. */
export const isPlain = (sourced: object): sourced is { readonly item: Json } => PLAIN in sourced;
