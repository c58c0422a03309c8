import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { httpList } from '../../../../shared/adapters/sources/http-list.ts';
import type { CalledEndpoint, Source } from '../../../../shared/author/source.ts';
import { itemsOf, memoryFiles, readAll, sourceContract } from '../../../contracts/source.contract.ts';
import { choiceContract } from '../../../contracts/source-choice.contract.ts';
import { calling } from '../endpoints/calling.ts';

const OFFICES = Array.from({ length: 9 }, (_, n) => ({ id: n, name: `Büro ${n}` }));

function outside(url: string, called: Partial<CalledEndpoint> = {}) {
  const endpoint = { url, signedFor: null, mayBePrivate: true, region: 'eu-central-1', definition: {}, ...called };
  return {
    region: 'eu-central-1',
    account: null,
    secret: async (name: string) => `the ${name}`,
    endpoint: () => endpoint,
  };
}

const over = <I, P>(source: Source<I, P>, url: string): Source<I, P> =>
  source.over?.({ ...memoryFiles({}), outside: outside(url) }) ?? expect.fail();

const send = (response: ServerResponse, body: unknown, headers = {}) =>
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));

/** Lists the offices in each way, `per` on a page. */
function list(response: ServerResponse, { pathname, searchParams }: URL): void {
  const per = Number(searchParams.get('per'));
  const page = (from: number) => OFFICES.slice(from, from + per);
  const from = Number(searchParams.get('after') ?? 0);
  const next = from + per < OFFICES.length ? from + per : null;
  switch (pathname) {
    case '/v1/cursors':
      return void send(response, { data: { offices: page(from) }, next });
    case '/v1/pages':
      return void send(response, page((Number(searchParams.get('page')) - 1) * per));
    case '/v1/links': {
      const links = [`</v1/links?per=${per}&after=0>; rel="first"`, `<links?per=${per}&after=${next}>; rel="x NEXT"`];
      return void send(response, page(from), { link: next === null ? links[0] : links.join(', ') });
    }
    case '/v1/text':
      return void response.writeHead(200, { 'content-type': 'application/json' }).end(searchParams.get('body'));
    default:
      response.writeHead(404).end();
  }
}

describe('httpList', () => {
  const { serving, listeners } = calling();
  let url = '';
  const asked: string[] = [];
  beforeAll(async () => {
    url = await serving((request, response) => {
      asked.push(`${request.url} ${request.headers.authorization ?? ''}`.trim());
      list(response, new URL(request.url ?? '', 'http://localhost'));
    });
  });
  afterEach(() => void asked.splice(0));
  afterAll(() => listeners.close());

  const paged = (per: number, how: string, options: object) =>
    over(httpList({ path: `/${how}`, query: { per }, ...options }), `${url}/v1`);
  const cursors = { items: 'data.offices', next: { by: 'cursor', field: 'next', parameter: 'after' } };

  sourceContract('by cursor', () => paged(4, 'cursors', cursors), OFFICES);
  sourceContract('by number', () => paged(4, 'pages', { next: { by: 'page', parameter: 'page' } }), OFFICES);
  sourceContract('by link', () => paged(4, 'links', { next: { by: 'link' } }), OFFICES);
  sourceContract(
    'the wanted, of a schema',
    () => {
      const schema = z.object({ id: z.number().max(7) });
      const where = ({ id }: { id: number }) => id % 2 === 1;
      return paged(4, 'pages', { next: { by: 'page', parameter: 'page' }, schema, where, onBadRow: 'skip' });
    },
    [1, 3, 5, 7].map((id) => ({ id })),
  );

  choiceContract(
    'a list of HTTP',
    (options) => {
      const { over: _, ...read } = paged(4, 'cursors', { ...cursors, ...options });
      return read;
    },
    (office) => Object(office).id + 1,
  );

  test.each([1, 3, 9, 10])('each item once, of pages of %i', async (per) => {
    expect(await itemsOf(paged(per, 'cursors', cursors))).toEqual(OFFICES);
    expect(await itemsOf(paged(per, 'pages', { next: { by: 'page', parameter: 'page' } }))).toEqual(OFFICES);
    expect(await itemsOf(paged(per, 'links', { next: { by: 'link' } }))).toEqual(OFFICES);
  });

  test('goes on with the page that it stood in', async () => {
    const source = paged(3, 'cursors', cursors);
    const [, , , fifth] = await readAll(source);
    asked.splice(0);
    for await (const _ of source.read({ params: {}, limit: 1, range: null, cursor: fifth?.cursor ?? null })) break;
    expect(asked).toEqual(['/v1/cursors?per=3&after=3']);
  });

  test('a record that does not fit is named by its place in the list', async () => {
    const source = paged(4, 'pages', {
      next: { by: 'page', parameter: 'page' },
      schema: z.object({ id: z.number().max(5) }),
    });
    await expect(itemsOf(source)).rejects.toThrow('Item 7 of the list does not fit the schema: id (too_big).');
  });

  test('parameters of the run go into the query, encoded', async () => {
    const query = ({ town }: { town: string }) => ({ town, per: 9 });
    const source = over(
      httpList({ path: '/pages', query, next: { by: 'page', parameter: 'page', first: 9 } }),
      `${url}/v1`,
    );
    const read = source.read({ params: { town: 'Graz & Linz' }, limit: undefined, range: null, cursor: null });
    for await (const _ of read) expect.fail();
    expect(asked).toEqual(['/v1/pages?town=Graz+%26+Linz&per=9&page=9']);
  });

  describe('keeps items as they are', () => {
    const text = (body: string, options: object = {}) =>
      over(httpList({ path: '/text', query: { body }, ...options }), `${url}/v1`);

    test('minus zero is a text', async () => {
      expect(await itemsOf(text('[-0,{"x":-0.0}]'))).toEqual(['-0', { x: '-0.0' }]);
    });

    test('an item with a key twice is a wrong record, with its place', async () => {
      const body = '{"data":[{"a":1},{"a":1,"b":{"c":1,"\\u0063":2}},{"a":3}]}';
      await expect(itemsOf(text(body, { items: 'data' }))).rejects.toThrow(
        'Item 2 of the list has an object with a key that stands twice',
      );
      expect(await itemsOf(text(body, { items: 'data', onBadRow: 'skip' }))).toEqual([{ a: 1 }, { a: 3 }]);
    });

    test('a page with a key twice around its list ends the run', async () => {
      const body = '{"data":[1],"data":[2]}';
      await expect(itemsOf(text(body, { items: 'data', onBadRow: 'skip' }))).rejects.toThrow(
        'A page of the list has an object with a key that stands twice',
      );
    });
  });

  test('what is no list is an error for good', async () => {
    await expect(itemsOf(paged(3, 'cursors', { ...cursors, items: 'data' }))).rejects.toThrow('no list at "data"');
    await expect(itemsOf(paged(3, 'cursors', {}))).rejects.toThrow('no list as its body');
  });

  test('a service of its own is called as an endpoint is, with its secret, and declared', async () => {
    const own = httpList({
      ...{ url: `${url}/v1`, allowHttp: true, allowPrivate: true, auth: { type: 'bearer', secret: 'offices/key' } },
      ...{ path: '/pages', query: { per: 9, page: 1 } },
    });
    expect(own.needs).toEqual({ secrets: ['offices/key'] });
    expect(await itemsOf(over(own, 'http://elsewhere.invalid'))).toEqual(OFFICES);
    expect(asked).toEqual(['/v1/pages?per=9&page=1 Bearer the offices/key']);
    expect(httpList({ path: '/' }).needs).toEqual({ endpoint: true });
  });

  test('a private address is called only where its definition says so', async () => {
    const called = { mayBePrivate: false };
    const source = httpList({ path: '/pages' }).over?.({ ...memoryFiles({}), outside: outside(url, called) });
    await expect(itemsOf(source ?? expect.fail())).rejects.toThrow('address-not-allowed');
  });

  test.each([
    [{ path: 'offices' }, 'path: must start with /'],
    [{ path: '/offices?page=1' }, 'parameters belong into query'],
    [{ path: '/', next: { by: 'link', field: 'x' } }, 'next.field: is no option here'],
    [{ path: '/', url: 'http://example.com' }, 'must begin with https://, or say allowHttp: true'],
    [{ path: '/', url: 'https://10.0.0.1' }, 'say allowPrivate: true'],
    [{ path: '/', auth: { type: 'bearer', secret: 'x' } }, 'auth: goes with url: the endpoint has its own'],
    [{ path: '/', method: 'POST' }, 'method: is no option here'],
  ])('refuses %j', (options, message) => {
    expect(() => Reflect.apply(httpList, undefined, [options])).toThrow(message);
  });
});
