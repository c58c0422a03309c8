import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from 'vitest';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** Starts the server as its own process; `line` is the first one on stdout, `output` all of it once it has ended. */
function start(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'services/airports/server.ts'], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  started.push(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => {
    output.stdout += data;
  });
  child.stderr.on('data', (data) => {
    output.stderr += data;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }));
  const line = once(createInterface({ input: child.stdout }), 'line').then(([text]) => JSON.parse(String(text)));
  return { child, line, ended };
}

describe('the server process', { timeout: 30_000 }, () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('says where it listens, answers, and ends on %s', async (signal) => {
    const { child, line, ended } = start({ PORT: '0' });
    const { listening } = await line;
    expect(listening).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

    // fetch keeps its connection open: an idle one must not hold the server back.
    const response = await fetch(`${listening}/nearest`, { method: 'POST', body: '{"lat":78.2,"lon":15.6}' });
    expect(await response.json()).toMatchObject({ airport: 'LYR' });

    child.kill(signal);
    expect(await ended).toEqual({ code: 0, signal: null, stdout: `${JSON.stringify({ listening })}\n`, stderr: '' });
    await expect(fetch(`${listening}/health`)).rejects.toThrow();
  });

  test('ends when its parent closes stdin, where asked to', async () => {
    const { child, line, ended } = start({ EXIT_WITH_PARENT: '1' });
    await line;
    child.stdin.end();
    expect(await ended).toMatchObject({ code: 0, signal: null });
  });

  test('a taken port is an error that names it', async () => {
    const { listening } = await start({ PORT: '0' }).line;
    const port = new URL(listening).port;
    const second = start({ PORT: port });
    second.line.catch(() => undefined);
    const { code, stdout, stderr } = await second.ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`127.0.0.1:${port}`);
  });

  test('a bad port is refused with its name', async () => {
    const { ended } = start({ PORT: '70000' });
    const { code, stdout, stderr } = await ended;
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/65535[\s\S]*PORT/);
  });
});
