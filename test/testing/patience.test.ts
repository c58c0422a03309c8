import { expect, test } from 'vitest';
import { NEVER, Patience } from '../../testing/patience.ts';

const never = () => new Promise<string>(() => {});
const later = (ms: number) => new Promise<string>((resolve) => setTimeout(() => resolve('came'), ms));

test('what comes is given as it comes, an error too', async () => {
  const patience = new Patience(50);
  expect(await patience.wait(Promise.resolve('came'))).toBe('came');
  await expect(patience.wait(Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('one that never comes is given up, and not while another still comes', async () => {
  const patience = new Patience(200);
  const order: string[] = [];
  const waits = [patience.wait(never()).then((end) => order.push(end === NEVER ? 'never' : end))];
  for (let i = 0; i < 3; i++) waits.push(patience.wait(later(20 * i)).then(() => order.push('came')));
  await Promise.all(waits);
  expect(order).toEqual(['came', 'came', 'came', 'never']);
});

test('thousands that never come take no longer than twice the first', async () => {
  const patience = new Patience(40);
  for (let i = 0; i < 3_000; i++) expect(await patience.wait(never())).toBe(NEVER);
});

test('slow ones are waited for, however many before them never came', async () => {
  const patience = new Patience(40);
  expect(await patience.wait(later(10))).toBe('came');
  for (let i = 0; i < 3; i++) await patience.wait(never());
  expect(await patience.wait(later(10))).toBe('came');
});
