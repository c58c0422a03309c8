import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packageVersion } from '../../shared/project/package-version.ts';
import { microprocess, temporaryHome, withEnvironment } from './support.ts';

let place: Awaited<ReturnType<typeof temporaryHome>>;
beforeAll(async () => {
  place = await temporaryHome();
});
afterAll(() => place.close());

describe('wrong usage: exit code 2, nothing on stdout, what to do on stderr', () => {
  test.each([
    {
      args: ['run', 'socres'],
      says: /no pipeline "socres"\. Did you mean scores\? Pipelines here: nightly-audit, scores\./,
    },
    { args: ['run', 'scores', '-P', 'nightly-audit'], says: /"scores" and --pipeline "nightly-audit": name one\./ },
    { args: ['limits', 'nightly', '-P', 'scores'], says: /name one\./ },
    { args: ['run', 'nope'], says: /no pipeline "nope"\. Pipelines here: nightly-audit, scores\./ },
    { args: ['run', '--limit', '0'], says: /--limit.*from 1 to 1,000,000,000; received "0"/ },
    { args: ['run', '--limit', '1.5'], says: /whole number.*received "1\.5"/ },
    { args: ['run', '--limit', '1e3'], says: /whole number.*received "1e3"/ },
    { args: ['run', '--limit', '-5'], says: /whole number.*received "-5"/ },
    { args: ['run', '--limit', '1000000001'], says: /received "1000000001"/ },
    { args: ['run', '--limit'], says: /argument missing/ },
    { args: ['limits', 'scores', '--rate', '0'], says: /number from 0\.001 to 100,000; received "0"/ },
    { args: ['limits', 'scores', '--rate', '50', '--for', '2'], says: /such as 90s, 30m, 2h or 1d.*received "2"/ },
    { args: ['limits', 'scores', '--rate', '5', '--for', '99999h'], says: /and 365d at most; received "99999h"/ },
    { args: ['limits', 'scores', '--rate', '5', '--for', '31536001s'], says: /365d at most; received "31536001s"/ },
    { args: ['limits', 'scores', '--for', '2h'], says: /--for says how long --rate, --in-flight or --waiting hold/ },
    { args: ['limits', 'scores', '--rate', '5', '--clear'], says: /give one or the other/ },
    { args: ['run', '--endpoint', 'localhost:3000'], says: /http or https URL, .*; received "localhost:3000"/ },
    { args: ['run', '--endpoint', 'ftp://x'], says: /http or https URL/ },
    {
      args: ['run', '--endpoint', 'http://x/?a=1'],
      says: /http\(s\):\/\/host\[:port\]\[\/path\], without.*"http:\/\/x\/\?a=1"/,
    },
    { args: ['run', '--endpoint', 'http://x?'], says: /without user, query or fragment/ },
    { args: ['run', '--endpoint', 'https://x/#top'], says: /without user, query or fragment/ },
    { args: ['run', '--endpoint', 'https://me@x'], says: /without user, query or fragment/ },
    { args: ['run', '--endpoint', 'https://me:secret@x'], says: /received "https:\/\/me:…@x"/ },
    { args: ['run', '--endpoint', 'scores=localhost:3000'], says: /http or https URL, .*; received "localhost:3000"/ },
    {
      args: ['run', 'scores', '--endpoint', 'companeis=http://127.0.0.1:1'],
      says: /No pipeline here has "companeis" .*\. Did you mean companies\? .* one of: companies\./,
    },
    { args: ['run', '--params', '{country:1}'], says: /must be JSON; received "\{country:1\}"/ },
    { args: ['run', '--run-id', 'a b'], says: /\[A-Za-z0-9_-\]\{1,48\}; received "a b"/ },
    { args: ['run', '--lmit', '5'], says: /unknown option '--lmit'[\s\S]*Did you mean --limit/ },
    { args: ['run', 'scores', 'twice'], says: /too many arguments/ },
    { args: ['rnu'], says: /unknown command 'rnu'[\s\S]*Did you mean run/ },
    { args: [], says: /Usage: microprocess/ },
    { args: ['cancel'], says: /missing required argument 'run'/ },
    { args: ['show'], says: /There are no runs yet/ },
    { args: ['show', '../x'], says: /must be a run id.*received "\.\.\/x"/ },
    { args: ['show', 'march', '--stage', 'a/b'], says: /stage's name.*received "a\/b"/ },
    { args: ['show', 'march', '--stage', 'my_stage'], says: /stage's name.*received "my_stage"/ },
    { args: ['show', 'march', '--stage', 'dev', '--local'], says: /exclude each other/ },
    { args: ['show', 'march', '--pipeline', 'nope'], says: /no pipeline "nope"/ },
    { args: ['redrive', 'march', '--status', 'lost'], says: /failed, cancelled, expired; received "lost"/ },
    { args: ['failures', 'march', '--limit', 'all'], says: /received "all"/ },
    { args: ['children', 'march', '--status', 'failed,gone'], says: /succeeded, failed, cancelled, expired; received/ },
    // Nothing has run here, and nothing is started for having been asked about.
    { args: ['show', 'march'], says: /has never run on this machine\. Run it with "npm start"/ },
    { args: ['cancel', 'march'], says: /has never run on this machine/ },
    { args: ['pause'], says: /has never run on this machine/ },
    { args: ['purge', '--yes'], says: /has never run on this machine/ },
    { args: ['watch'], says: /no runs yet\. Run a pipeline with "npm start"/ },
  ])('$args', async ({ args, says }) => {
    const { code, stdout, stderr } = await microprocess(...args);
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(await readdir(place.home)).toEqual([]);
  });
});

describe('help: exit code 0, on stdout', () => {
  const commands = [
    'run',
    'start',
    'list',
    'watch',
    'show',
    'children',
    'failures',
    'cancel',
    'pause',
    'resume',
    'redrive',
    'report',
    'purge',
    'refused',
    'acts',
    'doctor',
  ];

  test('names every command', async () => {
    const { code, stdout, stderr } = await microprocess('--help');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
    expect(stdout).toContain('Exit codes: 0');
    expect(stdout).toContain('MICROPROCESS_STAGE');
  });

  test.each(commands)('%s', async (command) => {
    const { code, stdout } = await microprocess(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: microprocess ${command}`);
    expect(stdout).toContain('--json');
  });
});

test.each(['--version', '-V'])('%s prints the package’s, and nothing else', async (option) => {
  expect(await microprocess(option)).toEqual({ code: 0, stdout: `${packageVersion()}\n`, stderr: '' });
});

test('an empty machine has no runs', async () => {
  expect(await microprocess('list')).toEqual({ code: 0, stdout: '', stderr: 'No runs.\n' });
  expect(await microprocess('list', '--json')).toEqual({ code: 0, stdout: '[]\n', stderr: '' });
});

test('the environment names the pipeline, and an option goes before it', async () => {
  const restore = withEnvironment({ MICROPROCESS_PIPELINE: 'nope' });
  try {
    expect((await microprocess('list')).stderr).toMatch(/no pipeline "nope"/);
    expect((await microprocess('list', '--pipeline', 'scores')).code).toBe(0);
  } finally {
    restore();
  }
});

test('without a name there must be one pipeline alone, where one is meant', async () => {
  const restore = withEnvironment({ MICROPROCESS_PIPELINE: undefined });
  try {
    // These are for all.
    expect(await microprocess('list')).toMatchObject({ code: 0, stderr: 'No runs.\n' });
    expect(await microprocess('show', 'march')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^error: Nothing has ever run on this machine\./),
    });
    for (const command of ['run', 'limits'])
      expect(await microprocess(command)).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/^error: Which pipeline\? Name one .*: nightly-audit, scores\.\n$/),
      });
  } finally {
    restore();
  }
});
