import type { Endpoint } from '../shared/author/endpoint.ts';
import { show } from '../shared/domain/errors.ts';
import { httpUrl } from './arguments.ts';
import { UsageError } from './errors.ts';
import { nearest } from './nearest.ts';
import { loadPipeline, pipelineNames } from './pipelines.ts';

/** What a definition calls, as far as --endpoint can name it. */
type Called = Pick<Endpoint, 'service' | 'name'>;

/** What --endpoint says, given once or several times: addresses that are called in place of what definitions name. */
export interface Endpoints {
  /** Of the command's own pipeline, whatever it calls otherwise. */
  readonly own: string | undefined;
  /** Of every pipeline that calls a service, or a bound name, of this name. */
  readonly named: ReadonlyMap<string, string>;
}

/** A URL can't begin like this: its scheme ends with a colon. */
const NAMED = /^([A-Za-z0-9_-]{1,48})=(.*)$/s;

/** `<url>` or `<name>=<url>`, also repeated; of two for the same the last one holds. */
export function endpoints(text: string, before: Endpoints = { own: undefined, named: new Map() }): Endpoints {
  const [, name, url = ''] = NAMED.exec(text) ?? [];
  if (name === undefined) return { ...before, own: httpUrl(text) };
  return { ...before, named: new Map([...before.named, [name, httpUrl(url)]]) };
}

/** The address that a pipeline calls in place of its definition's; undefined where it calls the definition's. */
export function calledInstead(called: Called, { own, named }: Endpoints): string | undefined {
  const name = nameOf(called);
  return (name === undefined ? undefined : named.get(name)) ?? own;
}

/**
 * Other pipelines are loaded only where a name isn't this one's: a name that another one calls is no mistake.
 * @throws {UsageError} naming what the project's pipelines call, where none of them calls what --endpoint names
 */
export async function requireNamesCalled(called: Called, { named }: Endpoints): Promise<void> {
  const others = [...named.keys()].filter((name) => name !== nameOf(called));
  if (others.length === 0) return;
  // One that doesn't load calls nothing here.
  const loaded = await Promise.allSettled(pipelineNames().map(loadPipeline));
  const names = loaded.flatMap((each) => (each.status === 'fulfilled' ? (nameOf(each.value.endpoint) ?? []) : []));
  const known = [...new Set(names)].sort();
  const unknown = others.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  const maybe = meant === undefined ? '' : ` Did you mean ${meant}?`;
  throw new UsageError(
    `No pipeline here has ${show(unknown)} as its endpoint.service or endpoint.name.${maybe} --endpoint <name>=<url> takes one of: ${known.join(', ') || '(none)'}.`,
  );
}

const nameOf = ({ service, name }: Called) => service ?? name;
