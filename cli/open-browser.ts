import { spawn } from 'node:child_process';

/** What opens an address with the user's browser, by system. */
const OPENERS: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens an address with the user's browser. Where there is none, or BROWSER=none says so, nothing happens: the terminal shows the address as well. */
export function openBrowser(url: string): void {
  if (process.env.BROWSER === 'none') return;
  const [command, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  spawn(command, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
