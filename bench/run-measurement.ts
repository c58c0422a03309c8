import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { startServerProcess } from '../local/server-process.ts';
import { bundle } from '../shared/project/bundle.ts';
import type { MeasureRequest } from './measurement.ts';

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Runs one measurement in a process of its own, against a service in another: no side leaves its garbage, or its compiled
 * code, to the next.
 * @throws {Error} where it fails; what it said went to stderr
 */
export async function runMeasurement<T>(
  kind: 'pipeline' | 'floor',
  schema: z.ZodType<T>,
  { delayMs, ...sizes }: Pick<MeasureRequest, 'children' | 'inFlight'> & { delayMs: number },
): Promise<T> {
  const logDir = await mkdtemp(join(tmpdir(), 'microprocess-bench-service-'));
  const service = await startServerProcess({
    name: 'bench service',
    script: await bundle({ entry: file('service.ts') }),
    args: [String(delayMs)],
    listening: z.url(),
    logFile: join(logDir, 'service.log'),
  });
  try {
    const request: MeasureRequest = { ...sizes, serviceUrl: service.listening, servicePid: service.pid };
    // Bundled as what `npm start` runs is: a loader's marks in the code would be measured with it.
    const script = await bundle({ entry: file('measure.ts'), packages: 'external' });
    const measuring = spawn(process.execPath, [script, kind, JSON.stringify(request)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      // Which Node the SDK will need some day is said by every other command.
      env: { ...process.env, AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' },
    });
    let said = '';
    measuring.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    const [code] = await once(measuring, 'close');
    if (code !== 0) throw new Error(`Measuring the ${kind} failed with exit code ${code}; see above.`);
    return schema.parse(JSON.parse(said.trimEnd().split('\n').at(-1) ?? ''));
  } finally {
    await service.stop();
    await rm(logDir, { recursive: true, force: true });
  }
}
