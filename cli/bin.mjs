#!/usr/bin/env node
// The command line is TypeScript that runs as it is: no build step stands between an edit and a run.

// Until a command takes over, Ctrl-C finds nothing to stop.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

// Which Node is supported is for this project to say; the SDK's own warning would stand amid the progress.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Newer Node reads TypeScript by itself.
if (!process.features.typescript) {
  // The loader is asked about every file, also of packages: the one with the most files takes two seconds less before it.
  const works =
    ['run', 'start', 'resume', 'redrive', 'cancel'].includes(process.argv[2]) && !process.argv.includes('--help');
  if (works) await Promise.all(['core', 'charts', 'components', 'renderers'].map((part) => import(`echarts/${part}`)));
  const { register } = await import('tsx/esm/api');
  register();
}
const { main } = await import('./main.ts');
await main();
