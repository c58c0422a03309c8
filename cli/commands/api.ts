import { fileLog } from '../../local/file-log.ts';
import { startPlatform } from '../../local/host.ts';
import { WorkEndedError } from '../../local/join.ts';
import { errorLines } from '../error-lines.ts';
import { functionsLog, prepareHome } from '../home.ts';
import { pipelineNames } from '../pipelines.ts';
import { platformHere } from '../targets/platform-here.ts';
import { aborted, type Terminal } from '../terminal.ts';

/** Serves the HTTP API of all pipelines on this machine, until Ctrl-C. Other terminals join the process that does. */
export async function api(options: { readonly port?: number }, terminal: Terminal): Promise<number> {
  prepareHome(terminal);
  const log = fileLog(functionsLog());
  const say = errorLines(terminal.stderr, functionsLog());
  const heard = log.heardBy((message, fields) => {
    if (!terminal.signal.aborted) say(message, fields);
  });
  try {
    const platform = await startPlatform({ telemetry: () => heard, ...platformHere(log) });
    try {
      const { url, tokenFile } = await platform.serveApi(pipelineNames, options.port);
      terminal.stdout.write(`${url}\n`);
      terminal.stderr.write(
        `The HTTP API of all pipelines on this machine. Ctrl-C ends it, and interrupts their runs. For example:\n  curl -H "Authorization: Bearer $(cat ${tokenFile})" ${url}/pipelines\n`,
      );
      const broken = platform.failure.then(({ message }) => Promise.reject(new WorkEndedError(message)));
      return await Promise.race([aborted(terminal.signal), broken]);
    } finally {
      await platform.stop();
    }
  } finally {
    await log.close();
  }
}
