import type { Action, Model } from '../explore.ts';

/** Server-sent events of one call: snapshots of what is stored, read as it was at any time; the last version is the end. */
export interface StreamWorld {
  stored: number;
  /** What the client has seen, and the id it says when it connects again. */
  seen: number[];
  lastId: number;
  connection: { shown: number; count: number; skip: number; event: { id: number; version: number } | null } | null;
  isOver: boolean;
  drops: number;
}

const LAST = 3;

export type StreamBug =
  /** A connection counts its events from one, and leaves out as many as the client has seen. */
  | 'ids counted by the connection'
  /** What is read is sent if it isn't what was sent last. */
  | 'sent if different';

export function streamModel(bug: StreamBug | null = null): Model<StreamWorld> {
  return {
    initial: [{ stored: 0, seen: [], lastId: 0, connection: null, isOver: false, drops: 2 }],
    actors: (w) => [{ who: () => 'the stream', actions: () => steps(w, bug) }],
    clone: (w) => JSON.parse(JSON.stringify(w)),
    canonical: () => {},
    broken: ({ seen }) => (seen.some((version, i) => version <= (seen[i - 1] ?? 0)) ? `seen ${seen}` : null),
    finished: ({ isOver, seen }) => isOver && seen.at(-1) === LAST,
  };
}

function steps(w: StreamWorld, bug: StreamBug | null): Action[] {
  const { connection } = w;
  const isCounted = bug === 'ids counted by the connection';
  const actions: Action[] = [];
  const quiet = (name: string, run: () => void) => actions.push({ name, quiet: true, run });
  if (w.stored < LAST) quiet('what is stored moves on', () => (w.stored += 1));
  if (connection === null) {
    if (!w.isOver) quiet('connects', () => connect(w, isCounted));
    return actions;
  }
  const { event } = connection;
  if (event === null) {
    for (let version = 0; version <= w.stored; version++) {
      const isNew = bug === 'sent if different' ? version !== connection.shown : version > connection.shown;
      if (!isNew) continue;
      const run = () => {
        connection.shown = version;
        connection.count += 1;
        const id = isCounted ? connection.count : version;
        if (!isCounted || id > connection.skip) connection.event = { id, version };
      };
      actions.push({ name: `reads version ${version}`, quiet: version === w.stored, run });
    }
  } else quiet('an event comes', () => take(w, event));
  if (w.drops > 0) {
    const run = () => {
      w.drops -= 1;
      w.connection = null;
    };
    actions.push({ name: 'the connection drops', quiet: false, run });
  }
  return actions;
}

/** After the end it is answered with 204. */
function connect(w: StreamWorld, isCounted: boolean): void {
  if (w.lastId === LAST && !isCounted) w.isOver = true;
  else w.connection = { shown: isCounted ? 0 : w.lastId, count: 0, skip: isCounted ? w.lastId : 0, event: null };
}

function take(w: StreamWorld, { id, version }: { readonly id: number; readonly version: number }): void {
  w.seen.push(version);
  w.lastId = id;
  if (w.connection) w.connection.event = null;
  if (version !== LAST) return;
  w.connection = null;
  w.isOver = true;
}
