import type { Deps } from '../../shared/ports/deps.ts';

/** More runs of one pipeline than were ever being finished when a machine went down. */
const MOST = 100;

/**
 * Ends the leases of finishes whose finishers are gone, as the process that works on the pipeline has just begun: their runs' reports are made
 * at the next notification. Left alone, each would wait for a quarter of an hour.
 */
export async function endOldFinishes({
  stores,
  random,
  clock,
}: Pick<Deps, 'stores' | 'random' | 'clock'>): Promise<void> {
  const active = await stores.runs.list({ limit: MOST, activeOnly: true });
  const finishing = active.filter(({ status }) => status === 'finishing');
  // A lease that has run out is put in the old one's place.
  const end = (run: string) => stores.runs.leaseFinish(run, random.id(), Number.MAX_SAFE_INTEGER, clock.now());
  await Promise.all(finishing.map(({ run }) => end(run)));
}
