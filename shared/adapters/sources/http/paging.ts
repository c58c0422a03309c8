import { SourceDataError, show } from '../../../domain/errors.ts';
import type { Json } from '../../../domain/json.ts';
import type { HttpPage } from './pages.ts';

/** How the pages of a list follow each other. */
export type Paging =
  /** The header `Link` names the next page (`rel="next"`), and no more behind the last one. */
  | { readonly by: 'link' }
  /** A field of the page holds what the next request says in a parameter; it is absent, null or empty in the last page. */
  | { readonly by: 'cursor'; readonly field: string; readonly parameter: string }
  /** Pages are numbered, and the first empty one is behind the last. */
  | { readonly by: 'page'; readonly parameter: string; readonly first?: number };

/** What a page is asked for by: a link's target, a cursor or a number; null for the first. */
export type PageToken = string | null;

/** The path and query that a page is asked for with. */
export function targetOf(first: string, paging: Paging | undefined, token: PageToken): string {
  if (paging === undefined) return first;
  if (paging.by === 'link') return token ?? first;
  const value = token ?? (paging.by === 'page' ? String(paging.first ?? 1) : null);
  return value === null ? first : withParameter(first, paging.parameter, value);
}

function withParameter(target: string, name: string, value: string): string {
  const [path = '', query] = target.split('?', 2);
  const parameters = new URLSearchParams(query);
  parameters.set(name, value);
  return `${path}?${parameters}`;
}

/**
 * The page behind one; null behind the last.
 * @param target of the page
 * @throws {SourceDataError} where the page says what can't be asked for
 */
export function nextOf(
  paging: Paging | undefined,
  { body, link }: Pick<HttpPage, 'body' | 'link'>,
  { origin, target, token, items }: { origin: string; target: string; token: PageToken; items: number },
): PageToken {
  switch (paging?.by) {
    case undefined:
      return null;
    case 'page':
      return items === 0 ? null : String(Number(token ?? paging.first ?? 1) + 1);
    case 'cursor':
      return another(cursorIn(fieldAt(body, paging.field), paging.field), token);
    case 'link':
      return another(linkedTarget(link, origin, target), target);
  }
}

/** A list whose next page is the same again would never end. */
function another(next: PageToken, current: PageToken): PageToken {
  if (next !== null && next === current) throw new SourceDataError('A page of the list names itself as the next one.');
  return next;
}

function cursorIn(value: Json | undefined, field: string): PageToken {
  if (value === undefined || value === null || value === '' || value === false) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new SourceDataError(`The list's ${show(field)} must be a text or a number, and is neither.`);
}

/** The value at a dotted path. */
export function fieldAt(value: Json, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>(
      (inner, name) =>
        typeof inner === 'object' && inner !== null
          ? Object.entries(inner).find(([key]) => key === name)?.[1]
          : undefined,
      value,
    );
}

/** The target that a header `Link` (RFC 8288) gives as the next, from the page's own address on. */
function linkedTarget(header: string | null, origin: string, target: string): string | null {
  for (const [, reference = '', parameters = ''] of (header ?? '').matchAll(/<([^<>]*)>([^<]*)/g)) {
    const [, quoted, bare] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters) ?? [];
    if (!(quoted ?? bare ?? '').toLowerCase().split(/\s+/).includes('next')) continue;
    if (!URL.canParse(reference, origin + target))
      throw new SourceDataError("The link to the list's next page is no URL.");
    const { origin: leadsTo, pathname, search } = new URL(reference, origin + target);
    // Credentials go with each request, and hosts come from the definition.
    if (leadsTo !== origin) throw new SourceDataError("The link to the list's next page leads to another host.");
    return pathname + search;
  }
  return null;
}
