import type { CallbackAnswer, CallbackOutcome } from 'microprocess/callback';
import { renderFrame, type Scene } from './julia.ts';

/** What rendering needs of the world; a test gives a world in which time is virtual. */
export interface Renderer {
  /** What a frame takes besides what it computes: it stands for a real renderer's hours. */
  readonly frameMs: number;
  pause(ms: number): Promise<unknown>;
  callBack(said: CallbackOutcome | 'progress'): Promise<CallbackAnswer>;
}

/** The service says at least so often that it is at work. */
const HEARTBEAT_MS = 20_000;

/**
 * Renders a scene behind the answer to its call, and says how that went. It stops where nobody waits for it any more.
 * @returns whether the scene was rendered to its end
 */
export async function render(scene: Scene, { frameMs, pause, callBack }: Renderer): Promise<boolean> {
  let brightness = 0;
  let silentMs = 0;
  for (let frame = 0; frame < scene.frames; frame++) {
    brightness += renderFrame(scene, frame) / scene.frames;
    await pause(frameMs);
    silentMs += frameMs;
    if (silentMs < HEARTBEAT_MS) continue;
    silentMs = 0;
    if ((await callBack('progress')) === 'too-late') return false;
  }
  const result = { frames: scene.frames, brightness: Math.round(brightness * 10_000) / 10_000 };
  return (await callBack({ result })) !== 'too-late';
}
