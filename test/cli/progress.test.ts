import { afterAll, beforeAll, expect, describe as group, test } from 'vitest';
import { progressDisplay, Rate } from '../../cli/progress.ts';
import { runProgress as progress } from './run-progress.ts';
import { Captured, withEnvironment } from './support.ts';

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
  let restore: () => void;
  beforeAll(() => {
    restore = withEnvironment({ TERM: 'xterm', NO_COLOR: undefined });
  });
  afterAll(() => restore());

  test.each([
    { what: 'failures', colour: 31, end: progress({ succeeded: 600, failed: 400 }, 'failed') },
    { what: 'some tolerated', colour: 33, end: progress({ failed: 1 }, 'succeeded-with-failures') },
    { what: 'no children', colour: 32, end: progress({ total: 0 }, 'succeeded') },
  ])('the bar ends full, in its colour: $what', ({ end, colour }) => {
    const stream = new Captured(true, 120);
    const display = progressDisplay(stream);
    display.update(progress({ total: 100, totalKnown: false, succeeded: 10 }, 'splitting'));
    display.update(end);
    display.stop();
    const last = stream.text.slice(stream.text.lastIndexOf('\r'));
    expect(last.startsWith(`\r\u001b[${colour}m${'█'.repeat(28)} 100%\u001b[39m  `)).toBe(true);
    expect(last.endsWith('\u001b[K\n')).toBe(true);
    // A terminal is left as it was, also by a process that is killed.
    expect(stream.text).not.toContain('\u001b[?');
  });

  test('frames that a stopped terminal does not take are dropped; what stands at the end is kept for it', () => {
    const stream = new Stopped(true);
    const display = progressDisplay(stream);
    for (let succeeded = 0; succeeded < 500; succeeded++) display.update(progress({ succeeded }));
    expect(stream.writableLength).toBeLessThan(100);
    display.update(progress({ succeeded: 1_000 }, 'succeeded'));
    display.stop();
    stream.goOn();
    expect(stream.text.endsWith('1,000 / 1,000 · 0 failed · succeeded\u001b[K\n')).toBe(true);
  });

  test('the bar never goes back, leaves its room to the words, and is cut to the window', () => {
    const stream = new Captured(true, 40);
    const display = progressDisplay(stream);
    for (const succeeded of [500, 400]) display.update(progress({ succeeded }));
    const frames = stream.text.split('\r').slice(1);
    const half = `\u001b[32m${'█'.repeat(4)}${'░'.repeat(4)}  50%\u001b[39m`;
    expect(frames).toEqual([`${half}  500 / 1,000 · 0/s · 0 fa\u001b[K`, `${half}  400 / 1,000 · 0/s · 0 fa\u001b[K`]);
  });

  test('nothing is drawn behind the last line', () => {
    const stream = new Captured(true);
    const display = progressDisplay(stream);
    display.update(progress());
    display.stop();
    const { text } = stream;
    display.update(progress({ succeeded: 1 }));
    display.stop();
    expect(stream.text).toBe(text);
  });

  test.each([{ TERM: 'dumb' }, { NO_COLOR: '1' }])('plain lines with %o', (variables) => {
    const restore = withEnvironment(variables);
    const stream = new Captured(true);
    progressDisplay(stream).update(progress());
    restore();
    expect(stream.text).toBe('0 / 1,000 · 0/s · 0 failed · starting\n');
  });
});

test('elsewhere than on a terminal a line comes every two seconds, and at once where calls begin to fail', () => {
  let at = 0;
  const stream = new Captured(false);
  const { update } = progressDisplay(stream, () => at);
  update(progress());
  at = 900;
  update(progress({ succeeded: 1 }));
  update(progress({ retried: 4, retriedFor: 'connection-refused' }));
  update(progress({ retried: 9, retriedFor: 'connection-refused' }));
  expect(stream.text.trim().split('\n')).toEqual([
    '0 / 1,000 · 0/s · 0 failed · starting',
    '0 / 1,000 · 0/s · 0 failed · 4 retried (connection-refused) · the service refuses connections: waiting to try again',
  ]);
});
