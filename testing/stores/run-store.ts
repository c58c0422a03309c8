import type { Json } from '../../shared/domain/json.ts';
import {
  type CloseReason,
  isFinal,
  type RunFlag,
  type RunStatus,
  TRANSITIONS,
  type Transition,
} from '../../shared/domain/run.ts';
import type { MailState, NewRun, RunEnd, RunRecord, RunStore } from '../../shared/ports/run-store.ts';
import type { Meter } from '../meter.ts';
import { Copy } from './copy.ts';
import { MemoryRoots } from './roots.ts';

interface RunItem {
  record: Copy<RunRecord>;
  lease: { readonly owner: string; readonly until: number } | null;
}

/** Runs in memory. Each method is one atomic step, as one conditional write is. */
export class MemoryRunStore implements RunStore {
  readonly #runs = new Map<string, RunItem>();
  readonly #plans = new Map<string, Copy<readonly Json[]>>();
  readonly #roots: MemoryRoots;
  readonly #meter: Meter;

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#roots = new MemoryRoots(meter);
  }

  async create(run: NewRun): Promise<{ created: boolean; record: RunRecord }> {
    const known = this.#runs.get(run.run);
    if (known) {
      this.#meter.write('runs.create', known.record.bytes, known.record.bytes);
      return { created: false, record: known.record.value };
    }
    const record = new Copy<RunRecord>({
      ...run,
      status: 'planned',
      closed: null,
      flags: [],
      endedAt: null,
      counts: null,
      summary: null,
      mail: null,
    });
    this.#runs.set(run.run, { record, lease: null });
    this.#meter.write('runs.create', 0, record.bytes);
    return { created: true, record: record.value };
  }

  async read(run: string): Promise<RunRecord | null> {
    const item = this.#runs.get(run);
    this.#meter.read('runs.read', item?.record.bytes ?? 0);
    return item?.record.value ?? null;
  }

  async list({ limit, activeOnly = false }: { limit: number; activeOnly?: boolean }): Promise<RunRecord[]> {
    const records = [...this.#runs.values()]
      .map(({ record }) => record.value)
      .filter(({ status }) => !activeOnly || !isFinal(status))
      .sort((a, b) => b.startedAt - a.startedAt || (a.run < b.run ? 1 : -1))
      .slice(0, limit);
    this.#meter.read('runs.list', JSON.stringify(records).length, false);
    return records;
  }

  async plan(run: string, parts: readonly Json[], _ttl: number): Promise<readonly Json[]> {
    const known = this.#plans.get(run);
    const plan = known ?? new Copy(parts);
    this.#plans.set(run, plan);
    this.#meter.write('runs.plan', known?.bytes ?? 0, plan.bytes);
    return plan.value;
  }

  async readPlan(run: string): Promise<readonly Json[] | null> {
    const plan = this.#plans.get(run);
    this.#meter.read('runs.readPlan', plan?.bytes ?? 0);
    return plan?.value ?? null;
  }

  async move(run: string, transition: Exclude<Transition, 'finish' | 'close'>): Promise<RunRecord | null> {
    return this.#transition('runs.move', run, transition, {});
  }

  async close(run: string, reason: CloseReason): Promise<RunRecord | null> {
    return this.#transition('runs.close', run, 'close', { closed: reason });
  }

  async flag(run: string, flag: RunFlag): Promise<void> {
    const flags = new Set(this.#runs.get(run)?.record.value.flags).add(flag);
    this.#update('runs.flag', run, ({ status }) => status !== 'finishing' && !isFinal(status), {
      flags: [...flags].sort(),
    });
  }

  async leaseFinish(run: string, owner: string, now: number, until: number): Promise<RunRecord | null> {
    const item = this.#runs.get(run);
    const isHeld = item?.lease != null && item.lease.owner !== owner && item.lease.until >= now;
    const record = this.#transition('runs.leaseFinish', run, 'finish', {}, () => !isHeld);
    if (item && record) item.lease = { owner, until };
    return record;
  }

  async finish(run: string, owner: string, end: RunEnd): Promise<boolean> {
    const isHolder = (record: RunRecord, item: RunItem) => record.status === 'finishing' && item.lease?.owner === owner;
    return this.#update('runs.finish', run, isHolder, { ...end }) !== null;
  }

  async claimMail(run: string): Promise<boolean> {
    return this.#update('runs.claimMail', run, ({ mail }) => mail === null, { mail: 'sending' }) !== null;
  }

  async recordMail(run: string, state: MailState): Promise<void> {
    this.#update('runs.recordMail', run, () => true, { mail: state });
  }

  readCompletion(run: string) {
    return this.#roots.read(run);
  }

  openRoot(run: string, slices: number, _ttl: number) {
    return this.#roots.open(run, slices);
  }

  countSlice(run: string, slice: number, segments: number) {
    return this.#roots.count(run, slice, segments);
  }

  addSegment(run: string, slice: number, segment: number) {
    return this.#roots.add(run, slice, segment);
  }

  #transition(
    name: string,
    run: string,
    transition: Transition,
    change: Partial<RunRecord>,
    may: () => boolean = () => true,
  ): RunRecord | null {
    const { to } = TRANSITIONS[transition];
    const from: readonly RunStatus[] = TRANSITIONS[transition].from;
    return this.#update(name, run, ({ status }) => from.includes(status) && may(), { ...change, status: to });
  }

  #update(
    name: string,
    run: string,
    condition: (record: RunRecord, item: RunItem) => boolean,
    change: Partial<RunRecord>,
  ): RunRecord | null {
    const item = this.#runs.get(run);
    const before = item?.record.value;
    const bytes = item?.record.bytes ?? 0;
    if (!item || !before || !condition(before, item)) {
      this.#meter.write(name, bytes, bytes);
      return null;
    }
    item.record = new Copy({ ...before, ...change });
    this.#meter.write(name, bytes, item.record.bytes);
    return item.record.value;
  }
}
