import { once } from 'node:events';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, describe as group, test } from 'vitest';
import { errorLines } from '../../cli/error-lines.ts';
import { functionsLog } from '../../cli/home.ts';
import { workLocally } from '../../cli/targets/work-local.ts';
import { loadPipeline } from '../../shared/project/pipelines.ts';
import { openProject, pipelineEntry } from '../../shared/project/project.mjs';
import { definitionOf, temporaryProject } from './project.ts';
import { Captured, temporaryHome } from './support.ts';

let place: Awaited<ReturnType<typeof temporaryHome>>;
beforeAll(async () => {
  place = await temporaryHome();
});
afterAll(() => place.close());

/** Line and column, from 1, of where a text begins in another. */
function placeIn(text: string, searched: string): [line: number, column: number] {
  const lines = text.slice(0, text.indexOf(searched)).split('\n');
  return [lines.length, (lines.at(-1) ?? '').length + 1];
}

group('errors that functions log', () => {
  const failed = (say: ReturnType<typeof errorLines>, error: string) =>
    say('A message failed; it comes back.', { messageId: 'm', receives: 1, error });

  test('each is said once in a line, numbers aside, without its stack', () => {
    const stderr = new Captured();
    const say = errorLines(stderr, 'logs/functions.log');
    failed(say, 'SourceError: The source failed in slice 0: boom\nSourceError: …\n    at read (index.ts:1:2)');
    failed(say, 'SourceError: The source failed in slice 1: boom\n    at read (index.ts:1:2)');
    say('A slice can not be enumerated.', { error: 'SourceError: The source failed in slice 1: boom' });
    say('A message was refused.', { messageId: 'm', queue: 'q', reason: 'not-json', detail: 'no \u001b[2J' });
    say('The schedule did not start its run.', { run: 'march' });
    expect(stderr.text.split('\n')).toEqual([
      '! A message failed; it comes back: SourceError: The source failed in slice 0: boom (logs/functions.log)',
      '! A message was refused: not-json: no �[2J (logs/functions.log)',
      '! The schedule did not start its run (logs/functions.log)',
      '',
    ]);
  });

  test('five at most', () => {
    const stderr = new Captured();
    const say = errorLines(stderr, 'functions.log');
    for (const letter of 'abcdefgh') failed(say, `Error: ${letter}`);
    expect(stderr.text.match(/Error: \w/g)).toEqual(['a', 'b', 'c', 'd', 'e'].map((letter) => `Error: ${letter}`));
  });

  test('on a terminal a line takes the place of the bar, and may wrap', () => {
    const stderr = new Captured(true);
    failed(errorLines(stderr, 'functions.log'), 'Error: a');
    expect(stderr.text).toBe('\r\u001b[K! A message failed; it comes back: Error: a (functions.log)\n');
  });

  test("a source's own error reaches the terminal while its run goes on", { timeout: 90_000 }, async () => {
    const project = await temporaryProject();
    const source = `{ async *read() { throw new Error('boom in source'); } }`;
    const definition = definitionOf('broken-source').replace('list(() => [{ staff: 4 }])', source);
    await project.write('pipelines/broken-source/index.ts', definition);
    const entry = pipelineEntry(openProject(project.dir), 'broken-source');
    const pipeline = await loadPipeline('broken-source', pathToFileURL(entry).href);
    const folder = process.cwd();
    process.chdir(project.dir);
    const stderr = new Captured();
    const signal = new AbortController().signal;
    const target = await workLocally(pipeline, '', { stderr, signal }, { endpointUrl: 'http://127.0.0.1:1' });
    try {
      const said = once(stderr, 'said');
      await target.start({ runId: 'march' });
      await said;
      const [line, column] = placeIn(definition, "new Error('boom");
      expect(stderr.text).toBe(
        `Starting broken-source on this machine…\n! A message failed; it comes back: SourceError: The source failed in slice 0: boom in source at pipelines/broken-source/index.ts:${line}:${column} (${relative(process.cwd(), functionsLog())})\n`,
      );
    } finally {
      await target.close();
      process.chdir(folder);
      await project.remove();
    }
  });
});
