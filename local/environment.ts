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
 * another way to retry would change what a local run does.
 */
export function applyEnvironment(variables: Variables): () => void {
  const unset = Object.keys(process.env).filter((name) => /^AWS_/i.test(name) && name !== KEPT);
  const applied = { ...Object.fromEntries(unset.map((name) => [name, undefined])), ...variables };
  const before = Object.fromEntries(Object.keys(applied).map((name) => [name, process.env[name]]));
  set(applied);
  return () => set(before);
}

/** The environment of the emulators' process, which listens to settings of the same names, and to those of its parts. */
export function emulatorEnvironment(): Variables {
  const heard = /^(AWS_|FAUXQS_|NODE_OPTIONS$|NODE_USE_ENV_PROXY$)|_PROXY$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !heard.test(name)));
}

/**
 * Keeps a proxy, which a source may need, from being asked for this machine: processes that work here would be taken for dead. The
 * lower case is what is read first.
 */
export function reachThisMachineDirectly(): void {
  const given = process.env.no_proxy ?? process.env.NO_PROXY ?? '';
  if (given.trim() === '*') return;
  const all = [...(given === '' ? [] : [given]), ...LOOPBACK].join(',');
  process.env.no_proxy = all;
  process.env.NO_PROXY = all;
}

function set(values: Variables): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
