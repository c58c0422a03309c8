/** What is rendered: a Julia set, seen while its constant goes round once. */
export interface Scene {
  readonly name: string;
  /** The constant's distance from zero; between 0.6 and 0.8 the sets are worth seeing. */
  readonly radius: number;
  readonly frames: number;
}

const [WIDTH, HEIGHT] = [48, 27];
const MOST_STEPS = 64;

/** The mean brightness of a frame, from 0 to 1. */
export function renderFrame({ radius, frames }: Scene, frame: number): number {
  const angle = (2 * Math.PI * frame) / frames;
  const [cx, cy] = [radius * Math.cos(angle), radius * Math.sin(angle)];
  let sum = 0;
  for (let row = 0; row < HEIGHT; row++)
    for (let column = 0; column < WIDTH; column++)
      sum += steps((3.2 * (column + 0.5)) / WIDTH - 1.6, (1.8 * (row + 0.5)) / HEIGHT - 0.9, cx, cy) / MOST_STEPS;
  return sum / (WIDTH * HEIGHT);
}

/** Steps until a point has left the circle of radius 2. */
function steps(x: number, y: number, cx: number, cy: number): number {
  let [re, im] = [x, y];
  for (let step = 0; step < MOST_STEPS; step++) {
    if (re * re + im * im > 4) return step;
    [re, im] = [re * re - im * im + cx, 2 * re * im + cy];
  }
  return MOST_STEPS;
}
