#!/usr/bin/env node
// The command line is TypeScript that runs as it is: no build step stands between an edit and a run.
import { register } from 'tsx/esm/api';

// Until a command takes over, Ctrl-C finds nothing to stop.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

// Which Node is supported is for this project to say; the SDK's own warning would stand amid the progress.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

register();
const { main } = await import('./main.ts');
await main();
