import { createServer } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { SYSTEM } from '../../functions/system.ts';
import { pipelineFunctions } from '../../local/functions.ts';
import { httpList } from '../../shared/adapters/sources/http-list.ts';
import { pipelineFunction, type System } from '../../shared/lambda/declaration.ts';
import { Listeners } from '../shared/listeners.ts';
import { testDeps, testPipeline } from '../shared/support.ts';

const listeners = new Listeners();
afterEach(async () => {
  vi.unstubAllEnvs();
  await listeners.close();
});

/** The deployed system, whose splitter gives what its source reads. */
const READING: System<keyof typeof SYSTEM.functions> = {
  ...SYSTEM,
  functions: {
    ...SYSTEM.functions,
    splitter: pipelineFunction({
      ...{ purpose: 'reads', timeoutSeconds: 30, memoryMB: 128, takes: { queue: 'split', batch: 1, concurrency: 2 } },
      uses: { source: 'read' },
      handler:
        async () =>
        ({ pipeline }) =>
        async () => {
          const read = [];
          const context = { params: {}, limit: undefined, range: null, cursor: null };
          for await (const given of pipeline.source.read(context)) read.push(given);
          return read;
        },
    }),
  },
};

test("a source that reads a list of the endpoint's calls what runs here, with the secret of this machine", async () => {
  vi.stubEnv('SECRET_LISTS_KEY', 'of this machine');
  const url = await listeners.listen(
    createServer(({ headers, url }, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify([`${url} ${headers.authorization}`]));
    }),
  );
  const auth = { type: 'bearer', secret: 'lists/key' } as const;
  const endpoint = { name: 'lists', path: '/score', auth };
  const { invoke } = pipelineFunctions(testPipeline({ source: httpList({ path: '/offices' }), endpoint }), {
    system: READING,
    resources: { endpoint: `${url}/v1`, endpointAuth: 'NONE' },
    telemetry: testDeps(),
  });
  expect(await invoke('splitter', {})).toMatchObject([{ item: '/v1/offices Bearer of this machine' }]);
});
