import { expect, test } from 'vitest';
import type { LocalPipeline, LocalPipelineOptions } from '../../local/pipeline.ts';
import { LocalPipelines } from '../../local/pipelines.ts';
import { mapValues } from '../../shared/domain/records.ts';
import { RESOURCES } from '../../shared/lambda/resources.ts';
import { sample, USERS } from './recorded-host.ts';

/** Pipelines that start nothing; `broken` doesn't start, and the others end as they are told. */
function working() {
  const started: string[] = [];
  const stopped: string[] = [];
  const ended: string[] = [];
  const breakDown = new Map<string, (error: Error) => void>();
  const start = async ({ pipeline: { name } }: LocalPipelineOptions): Promise<LocalPipeline> => {
    started.push(name);
    if (name === 'broken') throw new Error('no database to talk to');
    return {
      resources: mapValues(RESOURCES, () => 'here'),
      liveUrl: null,
      cloneUrl: '',
      routes: [],
      failure: new Promise((resolve) => breakDown.set(name, resolve)),
      invoke: async () => null,
      pause: async () => undefined,
      resume: () => undefined,
      stop: async () => void stopped.push(name),
    };
  };
  const pipelines = new LocalPipelines(start, (name, error) => ended.push(`${name}: ${error.message}`));
  return { pipelines, started, stopped, ended, breakDown };
}

test('a pipeline is started by its first use, and by that alone', async () => {
  const { pipelines, started } = working();
  const [one, two] = await Promise.all([pipelines.use(sample('one')), pipelines.use(sample('one'))]);
  expect([one.fresh, two.fresh]).toEqual([true, false]);
  expect(two.pipeline).toBe(one.pipeline);
  await pipelines.use(sample('two'));
  expect(started).toEqual(['one', 'two']);
  expect(pipelines.names).toEqual(['one', 'two']);
});

test('no other endpoint, and no changed definition, is taken for one that is at work', async () => {
  const { pipelines } = working();
  const users = { ...sample(), ...USERS };
  await pipelines.use(users);
  expect((await pipelines.use(users)).fresh).toBe(false);
  await expect(pipelines.use({ ...users, endpointUrl: undefined })).rejects.toThrow(
    'Pipeline "sample" runs here already and calls http://localhost:3000; received no --endpoint',
  );
  await expect(pipelines.use({ ...users, reduceDigest: 'tomorrow' })).rejects.toThrow(/was changed since/);
});

test('one whose service has ended is said, stopped and forgotten: the next use starts it, changed or not', async () => {
  const { pipelines, started, stopped, ended, breakDown } = working();
  const { pipeline } = await pipelines.use(sample('one'));
  await pipelines.use(sample('two'));
  breakDown.get('one')?.(new Error('its service ended'));
  await pipeline.failure;
  expect({ ended, stopped, names: pipelines.names }).toEqual({
    ended: ['one: its service ended'],
    stopped: ['one'],
    names: ['two'],
  });
  expect((await pipelines.use({ ...sample('one'), reduceDigest: 'tomorrow' })).fresh).toBe(true);
  expect(started).toEqual(['one', 'two', 'one']);
});

test('one that cannot start is not at work, and may try again', async () => {
  const { pipelines, started } = working();
  for (const _ of [1, 2]) await expect(pipelines.use(sample('broken'))).rejects.toThrow('no database to talk to');
  expect({ started, names: pipelines.names }).toEqual({ started: ['broken', 'broken'], names: [] });
});

test('with the host, all that started are stopped', async () => {
  const { pipelines, stopped } = working();
  await Promise.allSettled(['one', 'broken', 'two'].map((name) => pipelines.use(sample(name))));
  await pipelines.stop();
  expect(stopped.sort()).toEqual(['one', 'two']);
});
