import { AsyncLocalStorage } from 'node:async_hooks';

/** What a log line is about: ids alone, never anything of an item. */
export type LogIds = Readonly<Record<string, string>>;

const storage = new AsyncLocalStorage<LogIds>();
const NONE: LogIds = {};

/**
 * Runs a task whose log lines carry these ids, beside the ids that its caller's lines carry. Tasks that run side by side keep
 * their own ids.
 */
export function withLogIds<T>(ids: LogIds, task: () => T): T {
  return storage.run({ ...storage.getStore(), ...ids }, task);
}

/** The ids that a line logged here carries. */
export function logIds(): LogIds {
  return storage.getStore() ?? NONE;
}
