/** Works through a stream with at most so many tasks at once; stops at the first that fails, and waits for those under way. */
export async function parallel<T>(
  source: AsyncIterable<T>,
  atOnce: number,
  task: (value: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  for await (const value of source) {
    const one: Promise<void> = task(value)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => running.delete(one));
    running.add(one);
    if (running.size >= atOnce) await Promise.race(running);
    if (failure) break;
  }
  await Promise.all(running);
  if (failure) throw failure.error;
}

/** Waits until all tasks have ended, then gives their values or throws the first failure: no task goes on after the caller failed. */
export async function together<T extends readonly unknown[] | []>(
  tasks: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
}
