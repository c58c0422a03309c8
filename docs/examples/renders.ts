import { pathToFileURL } from 'node:url';
import { runPipeline } from 'microprocess/testing';
import pipeline from '../../pipelines/renders/index.ts';
import { createApp } from '../../services/renders/app.ts';

/** What a frame takes, in virtual time; what it computes takes milliseconds. */
const FRAME_MS = 10_000;

const scene = (name: string, frames: number) => ({ name, radius: 0.7, frames });

/** Scenes of minutes; one whose worker dies in its middle, and one without an end. */
const SCENES = [
  ...Array.from({ length: 6 }, (_, i) => scene(`scene-${i}`, 6 + i)),
  scene('lost', 12),
  scene('endless', 1_000),
];

/**
 * The example pipeline and its service, in virtual time: renders behind their answers, heard of as they go.
 * @param items scenes to render
 * @param deadlineHours of the run
 */
export async function render(items = SCENES, deadlineHours = pipeline.deadlineHours) {
  const calls: string[] = [];
  const heartbeats = new Map<string, number>();
  const dropped: string[] = [];
  // To draw a mail takes longer than all else here.
  const unmailed = { ...pipeline, deadlineHours, report: { ...pipeline.report, email: [] } };
  const run = await runPipeline(unmailed, {
    items,
    service: ({ method, path, headers, body, attempt, sleep, callBack }) => {
      const call = `${body.name} ${attempt}`;
      calls.push(call);
      const isLost = call === 'lost 1';
      let frames = 0;
      const app = createApp({
        frameMs: FRAME_MS,
        // The worker dies, and nobody says so.
        pause: (ms) => (isLost && ++frames > 4 ? new Promise(() => undefined) : sleep(ms)),
        send: async (_, said) => {
          if (said === 'progress') heartbeats.set(call, (heartbeats.get(call) ?? 0) + 1);
          const answer = await callBack(said);
          if (answer === 'too-late') dropped.push(call);
          return answer;
        },
        behind: (work) => void work,
      });
      return app.request(path, { method, headers, body: JSON.stringify(body) });
    },
  });
  return { ...run, calls, heartbeats, dropped };
}

async function print(title: string, run: Awaited<ReturnType<typeof render>>): Promise<void> {
  console.log(
    `\n${title}: ${run.status} after ${Math.round(run.report.summary.seconds / 60)} minutes of virtual time\n`,
  );
  console.table(
    run.rows.map(({ item, status, reason, attempts }) => ({
      ...{ scene: item.name, frames: item.frames, status, reason: reason ?? '', calls: attempts },
      heartbeats: [...run.heartbeats].flatMap(([call, n]) => (call.startsWith(`${item.name} `) ? [n] : [])).join(' + '),
    })),
  );
  for (const call of run.dropped)
    console.log(`${call.replace(' ', ', call ')}: nobody waited any more, and the worker stopped.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await print('All scenes', await render());
  await print('A run that meets its deadline', await render(SCENES.slice(5), 0.25));
}
