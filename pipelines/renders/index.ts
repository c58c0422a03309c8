import { definePipeline, list, statistics } from 'microprocess';
import * as z from 'zod';

/** What the service renders. */
interface Scene {
  readonly name: string;
  readonly radius: number;
  readonly frames: number;
}

/** What it says of a scene once that is rendered. */
interface Rendered {
  readonly frames: number;
  readonly brightness: number;
}

const params = z.object({ scenes: z.coerce.number().int().min(1).max(10_000).default(24) });

/** Scenes from 0.6 to 0.8, each the last's neighbour. */
const scenes = list(({ scenes }: z.output<typeof params>): Scene[] =>
  Array.from({ length: scenes }, (_, i) => ({
    name: `scene-${i + 1}`,
    radius: 0.6 + (0.2 * i) / scenes,
    frames: 24 + (i % 5) * 12,
  })),
);

/** Renders scenes, each of which takes longer than a call may: the service answers 202 and calls back (docs/callbacks.md). */
export default definePipeline({
  name: 'renders',
  params,
  source: scenes,
  endpoint: { service: 'renders', path: '/render', timeoutSeconds: 30 },
  // A worker that is silent for a minute is lost, and its scene is rendered anew.
  callback: { withinHours: 0.5, heartbeatSeconds: 60, onExpiry: 'retry' },
  retry: { attempts: 2 },
  limits: { inFlight: 16 },
  tolerate: { failedPercent: 5 },
  deadlineHours: 6,
  reduce: statistics<Scene, Rendered>({
    value: 'brightness',
    label: 'name',
    columns: ['name', 'radius', 'frames', 'brightness'],
  }),
  report: {
    title: 'How bright are Julia sets?',
    // SES's own mailbox for trying: nobody reads it. Put your address here.
    email: ['success@simulator.amazonses.com'],
    linkDays: 7,
  },
});
