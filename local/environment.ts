/** The one bucket of this machine. */
export const BUCKET = 'microprocess-local';

/** The one event bus: what is put on it stays in `.state/events.jsonl`. */
export const EVENT_BUS = 'microprocess-local';

/** Says nothing about where or how to call: it silences a warning amid the progress. */
const KEPT = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';
const LOOPBACK = ['127.0.0.1', 'localhost'];

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Sets environment variables (undefined: unset) that point the AWS SDKs at the emulators, and gives the way back. The user's
 * own AWS settings are all unset, whichever the SDK knows: one that asks for FIPS, another profile, another endpoint or
 * another way to retry would change what a local run does. A proxy stays, as a source may need it, but not for this machine.
 */
export function applyEnvironment(variables: Variables): () => void {
  const unset = Object.keys(process.env).filter((name) => /^AWS_/i.test(name) && name !== KEPT);
  const applied = { ...Object.fromEntries(unset.map((name) => [name, undefined])), ...withoutProxy(), ...variables };
  const before = Object.fromEntries(Object.keys(applied).map((name) => [name, process.env[name]]));
  set(applied);
  return () => set(before);
}

/** The environment of the emulators' process, which listens to settings of the same names, and to those of its parts. */
export function emulatorEnvironment(): Variables {
  const heard = /^(AWS_|FAUXQS_|NODE_OPTIONS$|NODE_USE_ENV_PROXY$)|_PROXY$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !heard.test(name)));
}

/** Whoever reads these variables reads the lower case first. */
function withoutProxy(): Variables {
  const given = process.env.no_proxy ?? process.env.NO_PROXY ?? '';
  if (given.trim() === '*') return {};
  const all = [...(given === '' ? [] : [given]), ...LOOPBACK].join(',');
  return { no_proxy: all, NO_PROXY: all };
}

function set(values: Variables): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
