import { boundedName } from '../../domain/text.ts';

/** Longest name that is kept as it is, in UTF-16 units: data must not make a part, or a report, larger without end. */
const MAX_NAME = 200;

/** The name of a group or a child. It decides which group a row belongs to: texts that differ have names that differ. */
export function nameOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' ? boundedName(value, MAX_NAME) : undefined;
}

/** What rows without a name are grouped under. */
export const NONE = '(none)';
