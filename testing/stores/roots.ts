import { type Completion, packCount } from '../../shared/domain/completion.ts';
import { packSegment } from '../../shared/domain/ids.ts';
import { type Meter, numberSetBytes } from '../meter.ts';

interface Root {
  readonly done: Set<number>;
  readonly counted: Set<number>;
  slices: number | null;
}

/** ROOT items: what decides that a run is complete. */
export class MemoryRoots {
  readonly #roots = new Map<string, Root>();
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  async read(run: string): Promise<Completion> {
    const root = this.#roots.get(run);
    this.#meter.read('runs.readCompletion', root ? bytes(root) : 0);
    return copy(root ?? empty());
  }

  async open(run: string, slices: number): Promise<Completion> {
    return this.#update('runs.openRoot', run, (root) => {
      root.slices ??= slices;
    });
  }

  async count(run: string, slice: number, segments: number): Promise<Completion> {
    return this.#update('runs.countSlice', run, ({ counted }) => counted.add(packCount(slice, segments)));
  }

  async add(run: string, slice: number, segment: number): Promise<Completion> {
    return this.#update('runs.addSegment', run, ({ done }) => done.add(packSegment(slice, segment)));
  }

  #update(name: string, run: string, change: (root: Root) => void): Completion {
    const root = this.#roots.get(run) ?? empty();
    const before = bytes(root);
    change(root);
    this.#roots.set(run, root);
    this.#meter.write(name, before, bytes(root));
    return copy(root);
  }
}

const empty = (): Root => ({ done: new Set(), counted: new Set(), slices: null });
const copy = ({ done, counted, slices }: Root): Completion => ({
  done: new Set(done),
  counted: new Set(counted),
  slices,
});
const bytes = ({ done, counted }: Root) => numberSetBytes(done) + numberSetBytes(counted);
