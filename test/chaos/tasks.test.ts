import { expect, test } from 'vitest';
import { Faults } from '../../testing/faults.ts';
import { TaskJournal } from './task-journal.ts';
import { tasksRun } from './tasks.ts';

test('tasks under chaos: each is called at its time, once, and never after a confirmed cancel', async () => {
  const { counts, crashes, ...result } = await tasksRun(31, 200);
  const none = { lost: 0, twice: 0, stuck: 0, firedAfterCancel: 0, early: 0, problems: [] };
  expect(result).toMatchObject(none);
  // Without them it would prove nothing.
  expect(crashes).toBeGreaterThan(10);
  for (const what of ['moves', 'cancels', 'refused', 'messages lost'] as const)
    expect(counts.get(what) ?? 0, what).toBeGreaterThan(5);
});

test('what finds faults of tasks finds those that are planted', () => {
  const journal = new TaskJournal();
  const process = (name: string) => new Faults().process(name);
  const settle = (id: string) =>
    journal.watch.took({ number: 1, process: 'a', port: 'calls', method: 'settle' }, [{ id }, { outcome: {} }], true);
  const [living, dead] = [process('a'), process('b')];
  dead.kill('of old age');
  for (const id of ['beside', 'after', 'died', 'fine', 'open']) journal.of(id).notBefore = 5;

  journal.called('beside', living, 5);
  journal.called('beside', process('c'), 6);
  journal.called('after', living, 5);
  settle('after');
  journal.called('after', living, 7);
  journal.called('died', dead, 5);
  journal.called('died', living, 9);
  journal.called('fine', living, 5);
  settle('fine');
  expect([...journal.twice]).toEqual(['beside', 'after']);

  journal.of('soon').notBefore = 5;
  journal.called('soon', living, 4);
  expect([...journal.early]).toEqual(['soon']);

  journal.of('gone').notBefore = 5;
  journal.cancelled('gone');
  journal.called('gone', living, 5);
  journal.called('open', living, 5);
  journal.cancelled('open');
  expect([...journal.firedAfterCancel]).toEqual(['gone', 'open']);

  journal.of('lost').isConfirmed = true;
  expect(journal.wrongWith('lost', null, 3)).toBe('has not ended');
});
