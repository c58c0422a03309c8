import { expect, describe as group, test } from 'vitest';
import { describe, position, progressDisplay, Rate } from '../../cli/progress.ts';
import type { RunProgress } from '../../shared/control/status.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';
import { Captured } from './support.ts';

const RECORD: RunRecord = {
  run: 'march',
  definition: 'd',
  input: 'i',
  params: {},
  limit: null,
  trigger: 'cli',
  startedAt: 0,
  deadline: 1,
  ttl: 1,
  status: 'running',
  closed: null,
  flags: [],
  endedAt: null,
  counts: null,
  failure: null,
  summary: null,
  mail: null,
};

/** Takes nothing until it goes on, as a terminal after Ctrl-S. */
class Stopped extends Captured {
  #take = () => {};
  #went = false;

  override _write(chunk: unknown, encoding: string, done: () => void): void {
    const take = () => super._write(chunk, encoding, done);
    if (this.#went) take();
    else this.#take = take;
  }

  goOn(): void {
    this.#went = true;
    this.#take();
  }
}

function progress(over: Partial<RunProgress> = {}, status: RunRecord['status'] = 'running'): RunProgress {
  return {
    record: { ...RECORD, status },
    total: 1_000,
    totalKnown: true,
    succeeded: 0,
    failed: 0,
    retried: 0,
    ...over,
  };
}

group('the line', () => {
  test.each([
    {
      says: '0 / 256+ · 0/s · 0 failed · splitting',
      of: progress({ total: 256, totalKnown: false }, 'splitting'),
      rate: 0,
    },
    { says: 'splitting', of: progress({ total: 0, totalKnown: false }, 'splitting'), rate: 0 },
    { says: 'closing', of: progress({ total: 0, totalKnown: false }, 'closing'), rate: 0 },
    { says: '0 / 1,000 · 0/s · 0 failed · starting', of: progress(), rate: 0 },
    {
      says: '0 / 1,000 · 0/s · 0 failed · 1,234 retried · calling',
      of: progress({ retried: 1_234 }),
      rate: 0,
    },
    { says: '500 / 1,000 · 100/s · 3 failed · ETA 5 s', of: progress({ succeeded: 497, failed: 3 }), rate: 100 },
    { says: '500 / 1,000 · 2.5/s · 0 failed · ETA 3 min', of: progress({ succeeded: 500 }), rate: 2.5 },
    { says: '1 / 1,000 · 0.1/s · 0 failed · ETA 2.8 h', of: progress({ succeeded: 1 }), rate: 0.1 },
    {
      says: '990 / 1,000 · 0/s · 0 failed · 40 retried · waiting for 10',
      of: progress({ succeeded: 990, retried: 40 }),
      rate: 0,
    },
    {
      says: '1,000 / 1,000 · 90/s · 2 failed · making the report',
      of: progress({ succeeded: 998, failed: 2 }),
      rate: 90,
    },
    {
      says: '1,000 / 1,000 · 90/s · 2 failed · finishing',
      of: progress({ succeeded: 998, failed: 2 }, 'finishing'),
      rate: 90,
    },
    { says: '10 / 1,000 · 0/s · 0 failed · paused', of: progress({ succeeded: 10 }, 'paused'), rate: 0 },
    {
      says: '1,000 / 1,000 · 2 failed · succeeded with failures',
      of: progress({ succeeded: 998, failed: 2 }, 'succeeded-with-failures'),
      rate: 7,
    },
    { says: '0 / 0 · 0 failed · succeeded', of: progress({ total: 0 }, 'succeeded'), rate: 0 },
  ])('$says', ({ says, of, rate }) => {
    expect(describe(of, rate)).toBe(says);
  });

  test('counters that counted a child twice never pass the total', () => {
    const over = progress({ succeeded: 1_010, failed: 5 });
    expect(position(over)).toEqual({ done: 1_000, total: 1_000 });
    expect(describe(over, 1)).toMatch(/^1,000 \/ 1,000 /);
  });
});

test('the rate is that of the last seconds', () => {
  const rate = new Rate();
  expect(rate.at(0, 0)).toBe(0);
  expect(rate.at(1_000, 100)).toBe(100);
  for (let second = 2; second <= 20; second++) rate.at(second * 1_000, 100 + (second - 1) * 1_000);
  expect(rate.at(21_000, 20_100)).toBe(1_000);
  // It never runs backwards where a counter does.
  expect(rate.at(22_000, 0)).toBe(0);
});

group('elsewhere than on a terminal', () => {
  test('a line now and then, and the last one whatever the time', () => {
    let now = 0;
    const stream = new Captured();
    const display = progressDisplay(stream, () => now);
    for (; now < 5_000; now += 250) display.update(progress({ succeeded: now / 10 }));
    display.update(progress({ succeeded: 600, failed: 400 }, 'failed'));
    display.stop();
    const lines = stream.text.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['0', '200', '400', '1,000']);
    expect(lines.at(-1)).toBe('1,000 / 1,000 · 400 failed · failed');
    expect(stream.text).not.toContain('\u001b');
  });

  test('what stands still is said once', () => {
    let now = 0;
    const stream = new Captured();
    const display = progressDisplay(stream, () => now);
    for (; now < 60_000; now += 250) display.update(progress({ succeeded: 5 }, 'paused'));
    expect(stream.text).toBe('5 / 1,000 · 0/s · 0 failed · paused\n');
  });
});

test('lines that a full pipe does not take are dropped, and the last one is kept for it', () => {
  let now = 0;
  const stream = new Stopped();
  const display = progressDisplay(stream, () => now);
  for (; now < 3_600_000; now += 2_000) display.update(progress({ succeeded: now / 3_600 }));
  display.update(progress({ succeeded: 1_000 }, 'succeeded'));
  stream.goOn();
  expect(stream.text).toBe('0 / 1,000 · 0/s · 0 failed · starting\n1,000 / 1,000 · 0 failed · succeeded\n');
});

group('on a terminal', () => {
  test.each([
    { what: 'failures', end: progress({ succeeded: 600, failed: 400 }, 'failed') },
    { what: 'no children', end: progress({ total: 0 }, 'succeeded') },
  ])('the bar ends full: $what', ({ end }) => {
    const stream = new Captured(true);
    const display = progressDisplay(stream);
    display.update(progress({ total: 100, totalKnown: false, succeeded: 10 }, 'splitting'));
    display.update(end);
    display.stop();
    const last = stream.text.slice(stream.text.lastIndexOf('█'.repeat(28)));
    expect(last).toMatch(/^█{28} 100% {2}/);
    // The cursor is shown again.
    expect(stream.text).toContain('\u001b[?25h');
  });

  test('frames that a stopped terminal does not take are dropped; what stands at the end is kept for it', () => {
    const stream = new Stopped(true);
    const display = progressDisplay(stream);
    for (let succeeded = 0; succeeded < 500; succeeded++) display.update(progress({ succeeded }));
    expect(stream.writableLength).toBeLessThan(100);
    display.update(progress({ succeeded: 1_000 }, 'succeeded'));
    display.stop();
    stream.goOn();
    expect(stream.text).toContain('1,000 / 1,000 · 0 failed · succeeded');
    expect(stream.text).toContain('\u001b[?25h');
  });
});
