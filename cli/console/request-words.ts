import { isCall } from '../../shared/author/call.ts';
import type { Pipeline } from '../../shared/author/definition.ts';
import type { Json } from '../../shared/domain/json.ts';
import { firstRunOf } from '../../shared/domain/redrive.ts';
import type { RunRecord } from '../../shared/ports/run-store.ts';

/** A child's request in words. */
export interface RequestWords {
  readonly note: string;
  readonly text: string;
}

/** The request that the definition makes of an item, as it is here and now: what was sent isn't kept. */
export function requestWords(
  { endpoint, request }: Pick<Pipeline, 'endpoint' | 'request'>,
  { run, params }: Pick<RunRecord, 'run' | 'params'>,
  childId: string,
  item: Json,
): RequestWords {
  const note = 'As the definition makes it of this item today: what was sent is not kept.';
  const line = `${endpoint.method} ${endpoint.path}`;
  try {
    const made: unknown = request ? request(item, { runId: firstRunOf(run), childId, params }) : item;
    if (!isCall(made)) return { note, text: `${line}\n\n${JSON.stringify(made, null, 2)}` };
    const { method, path, ...rest } = made;
    const own = `${method ?? endpoint.method} ${path ? `/${path.map(String).map(encodeURIComponent).join('/')}` : endpoint.path}`;
    return { note, text: `${own}\n\n${JSON.stringify(rest, null, 2)}` };
  } catch (error) {
    return {
      note: `The definition fails to make a request of this item: ${error instanceof Error ? error.message : error}`,
      text: '',
    };
  }
}
