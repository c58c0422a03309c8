import type { AskedHere } from '../../local/asked-here.ts';
import { runPath } from '../console/paths.ts';
import { serveConsole } from '../console/serve.ts';
import { localDesks } from '../desks/local-desks.ts';
import { calledInstead, type Endpoints } from '../endpoints.ts';
import { openBrowser } from '../open-browser.ts';
import { aborted, type Terminal } from '../terminal.ts';

/** Shows a run's page. */
export type ShowRun = (pipeline: string, run: string) => void;

interface ConsoleOptions extends Pick<AskedHere, 'account'> {
  /** The run's pipeline. */
  readonly name: string;
  readonly endpoints?: Endpoints | undefined;
}

/**
 * Serves the console beside a run of this process, which it outlives: until Ctrl-C the run can be looked at.
 * @param asked its `endpoints` are called here in place of definitions' own, and its account read, also by what is done on the page
 */
export async function withConsole(
  { name, endpoints, account }: ConsoleOptions,
  terminal: Terminal,
  use: (show: ShowRun) => Promise<number>,
): Promise<number> {
  const { stderr, signal } = terminal;
  const desks = localDesks(terminal, (pipeline) => {
    const isOwn = pipeline.name === name;
    const endpointUrl =
      endpoints && calledInstead(pipeline.endpoint, isOwn ? endpoints : { ...endpoints, own: undefined });
    return { endpointUrl, account: isOwn ? account : undefined };
  });
  const served = await serveConsole(desks);
  try {
    const code = await use((pipeline, run) => {
      const link = served.link(runPath(pipeline, run));
      stderr.write(`Its page, by a link that works once: ${link}\n`);
      openBrowser(link);
    });
    if (!signal.aborted) stderr.write('Its page stays until Ctrl-C.\n');
    await aborted(signal).catch(() => undefined);
    return code;
  } finally {
    await served.stop();
    await desks.close();
  }
}
