/** One thing that happened in a run of the real handlers, in the order of its effect. */
export type TraceEvent =
  /** A queue's consumer is invoked with these messages of the run. */
  | { readonly kind: 'begin'; readonly who: string; readonly messages: readonly string[] }
  /** A port call took effect, with its answer; `who` is null of a call to the service, which any forwarder may make. */
  | { readonly kind: 'call'; readonly who: string | null; readonly line: string }
  /** A port call failed its process, which lives. */
  | { readonly kind: 'hurt'; readonly who: string }
  /** The handler has answered: what becomes of its messages. */
  | { readonly kind: 'end'; readonly who: string; readonly line: string }
  | { readonly kind: 'died'; readonly who: string };

export type Trace = readonly TraceEvent[];

export function showEvent(event: TraceEvent): string {
  switch (event.kind) {
    case 'begin':
      return `${event.who} begins with ${event.messages.join(' ')}`;
    case 'call':
    case 'end':
      return `${event.who ?? 'a forwarder'}: ${event.line === '' ? 'ends' : event.line}`;
    case 'hurt':
      return `${event.who}: a call fails`;
    case 'died':
      return `${event.who} dies`;
  }
}
