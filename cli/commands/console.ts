import { serveConsole } from '../console/serve.ts';
import { prepareHome } from '../home.ts';
import { openBrowser } from '../open-browser.ts';
import { stageOf, type Where } from '../targets/target.ts';
import { aborted, type Terminal } from '../terminal.ts';

/** Serves a page with the runs of all pipelines until Ctrl-C. */
export async function console(options: Where & { readonly open: boolean }, terminal: Terminal): Promise<number> {
  const stage = stageOf(options);
  prepareHome(terminal);
  const desks =
    stage === undefined
      ? (await import('../desks/local-desks.ts')).localDesks(terminal)
      : (await import('../desks/stage-desks.ts')).stageDesks(stage, terminal);
  try {
    const served = await serveConsole(desks);
    try {
      const link = served.link();
      terminal.stdout.write(`${link}\n`);
      terminal.stderr.write(`The console of all pipelines ${desks.place}. The link works once. Ctrl-C ends it.\n`);
      if (options.open) openBrowser(link);
      return await aborted(terminal.signal);
    } finally {
      await served.stop();
    }
  } finally {
    await desks.close();
  }
}
