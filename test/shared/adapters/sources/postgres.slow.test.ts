import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TLSSocket } from 'node:tls';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import pg from 'pg';
import { afterAll, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { type PostgresOptions, type PostgresRow, postgres } from '../../../../shared/adapters/sources/postgres.ts';
import type { Source } from '../../../../shared/author/source.ts';
import { SourceDataError } from '../../../../shared/domain/errors.ts';
import { itemsOf, memoryFiles, readAll, sourceContract } from '../../../contracts/source.contract.ts';
import { choiceContract } from '../../../contracts/source-choice.contract.ts';
import { Listeners } from '../../listeners.ts';

/** Reads through the secret that names this address. */
function over<I, P>(source: Source<I, P>, port: number): Source<I, P> {
  const secret = async () => `postgres://postgres:any@127.0.0.1:${port}/postgres`;
  const outside = { region: 'x', account: null, secret, endpoint: () => expect.fail() };
  return source.over?.({ ...memoryFiles({}), outside }) ?? expect.fail();
}

const listeners = new Listeners();
afterAll(() => listeners.close());

/** A server that takes TLS, as Postgres begins it, and passes on to one that doesn't. Its certificate is its own, of `localhost`. */
async function tlsFront(port: number) {
  const folder = mkdtempSync(join(tmpdir(), 'postgres-'));
  const [key, certificate] = [join(folder, 'key'), join(folder, 'certificate')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key],
      ...['-out', certificate, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'],
    ],
    { stdio: 'ignore' },
  );
  const pem = { key: readFileSync(key, 'utf8'), cert: readFileSync(certificate, 'utf8') };
  rmSync(folder, { recursive: true });
  const url = await listeners.listen(
    createServer((socket) => {
      socket.once('data', () => {
        socket.write('S');
        const secure = new TLSSocket(socket, { isServer: true, ...pem });
        const database = connect(port, '127.0.0.1');
        for (const end of [secure, database]) end.on('error', () => end.destroy());
        secure.pipe(database).pipe(secure);
      });
    }),
  );
  return { certificate: pem.cert, url: new URL(url) };
}

describe('a database', async () => {
  const db = await PGlite.create();
  const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: 0, maxConnections: 10 });
  await server.start();
  const port = Number(server.getServerConn().split(':')[1]);
  afterAll(async () => {
    await server.stop();
    await db.close();
  });
  await db.exec(`
    create table vendors (id bigint primary key, name text not null, "Employees" int);
    insert into vendors select 9007199254740990 + n, 'Büro ' || n, n from generate_series(1, 20) n;
    create table kinds (id int primary key, i2 int2, i8 int8, n numeric, f float8, b bool, t text, j json, jb jsonb, d date,
      ts timestamp, tz timestamptz, ti time, by bytea, u uuid, i8s int8[], ts_s timestamptz[], texts text[], iv interval);
    insert into kinds values (1, -2, 9007199254740993, 1.10, 0.1, true, 'ü "x"', '{"id": 12345678901234567890}', '[1]', '2026-02-28',
      '2026-01-02 03:04:05.123456', '2026-01-02 03:04:05.123456+02', '03:04:05', '\\x00ff', '5b1f3a52-6c4e-4a61-9f0c-3f2f6d0f7a11',
      '{{1,9007199254740993}}', '{"2026-01-02 03:04:05+00"}', '{"a,b",NULL}', '1 day 2 hours');
    insert into kinds (id, d, ts, n) values (2, 'infinity', '0044-03-15 12:00:00 BC', 'NaN');
    create table twice as select 1 as id from generate_series(1, 3);
  `);

  const query = 'select id, name, "Employees" from vendors -- all of them';
  const made = (options: Partial<PostgresOptions<PostgresRow>> = {}) =>
    over(postgres({ secret: 'x', query, key: 'id', allowPlain: true, ...options }), port);
  const vendors = Array.from({ length: 20 }, (_, n) => ({
    id: String(9_007_199_254_740_991n + BigInt(n)),
    name: `Büro ${n + 1}`,
    Employees: n + 1,
  }));

  sourceContract('a query', (rows) => made({ pageRows: Math.min(rows, 10_000) }), vendors);
  choiceContract(
    'a query',
    (options) => {
      const nine = 'select id, "Employees" from vendors where "Employees" <= 9';
      const { over: _, ...read } = over(
        postgres({ secret: 'x', query: nine, key: 'id', allowPlain: true, pageRows: 2, ...options }),
        port,
      );
      return read;
    },
    (row) => Object(row).Employees,
  );
  sourceContract(
    'by a text, in the order of the database',
    () => made({ key: 'name', pageRows: 3 }),
    [...vendors].sort((a, b) => (a.name < b.name ? -1 : 1)),
  );
  sourceContract(
    'the wanted, of a schema',
    () => {
      const schema = z.object({ Employees: z.number().max(17) });
      const where = ({ Employees }: { Employees: number }) => Employees % 5 === 1;
      return over(
        postgres({ secret: 'x', query, key: 'id', allowPlain: true, pageRows: 4, schema, where, onBadRow: 'skip' }),
        port,
      );
    },
    [1, 6, 11, 16].map((Employees) => ({ Employees })),
  );

  test('values of the run are no part of the text', async () => {
    const values = ({ name }: { name: string }) => [name, 5];
    const text = 'select * from vendors where name <> $1 and "Employees" < $2;\n';
    const source = over(postgres({ secret: 'x', query: text, key: 'id', values, allowPlain: true, pageRows: 2 }), port);
    const items = [];
    const context = { params: { name: "x' or true --" }, limit: undefined, range: null, cursor: null };
    for await (const given of source.read(context)) items.push(given);
    expect(items).toHaveLength(4);
  });

  test('each type becomes JSON without loss', async () => {
    const [first, second] = await itemsOf(made({ query: 'select * from kinds' }));
    expect(first).toEqual({
      ...{ id: 1, i2: -2, i8: '9007199254740993', n: '1.10', f: 0.1, b: true, t: 'ü "x"' },
      ...{ j: { id: '12345678901234567890' }, jb: [1], d: '2026-02-28', ts: '2026-01-02T03:04:05.123456' },
      ...{ tz: '2026-01-02T01:04:05.123456Z', ti: '03:04:05', by: 'AP8=', u: '5b1f3a52-6c4e-4a61-9f0c-3f2f6d0f7a11' },
      ...{ i8s: [['1', '9007199254740993']], ts_s: ['2026-01-02T03:04:05Z'], texts: ['a,b', null], iv: 'P1DT2H' },
    });
    expect(second).toMatchObject({ id: 2, d: 'infinity', ts: '0044-03-15 12:00:00 BC', n: 'NaN', i8: null });
  });

  test('a row with a number that JSON has not is a wrong record', async () => {
    const text = "select id, case when id = 2 then 'NaN' else 1.5 end::float8 as f from kinds";
    await expect(itemsOf(made({ query: text }))).rejects.toThrow(
      'Row 2 of the query has no finite number in the column "f".',
    );
    expect(await itemsOf(made({ query: text, onBadRow: 'skip' }))).toEqual([{ id: 1, f: 1.5 }]);
  });

  test.each<[what: string, options: Partial<PostgresOptions<PostgresRow>>, message: string]>([
    [
      'a key that is the same in two rows',
      { query: 'select * from twice', pageRows: 1 },
      'The key "id" is the same in two rows',
    ],
    ['a key that is null', { query: 'select null::int as id' }, 'The key "id" is null in a row.'],
    ['a key that is no column', { key: 'nothing' }, 'Postgres refuses the query: 42703.'],
    [
      'two columns of a name',
      { query: 'select id, 1 as id from vendors', key: 'ctid' },
      'Postgres refuses the query: 42703.',
    ],
    ['what is no query', { query: 'select nonsense from' }, 'Postgres refuses the query: 42601.'],
    ['a query that writes', { query: 'delete from vendors returning id' }, 'Postgres refuses the query: 42601.'],
    ['a function that writes', { query: "select 1 as id, nextval('s')" }, 'Postgres refuses the query: 42P01.'],
  ])('refuses %s for good', async (_, options, message) => {
    const read = itemsOf(made(options));
    await expect(read).rejects.toThrow(message);
    await expect(read).rejects.toThrow(SourceDataError);
  });

  test('a transaction that only reads, and takes no longer than it may', async () => {
    await db.exec('create sequence s');
    await expect(itemsOf(made({ query: "select 1 as id, nextval('s')" }))).rejects.toThrow('25006');
    const set = await itemsOf(
      made({ query: "select 1 as id, current_setting('statement_timeout') as t", timeoutSeconds: 7 }),
    );
    expect(set).toEqual([{ id: 1, t: '7s' }]);
  });

  test('pages of wide rows are small', async () => {
    const wide = "select n as id, repeat('x', 200000) as text from generate_series(1, 150) n";
    const asked: unknown[] = [];
    const client = vi.spyOn(pg.Client.prototype, 'query');
    for await (const { cursor } of made({ query: wide }).read({
      params: {},
      limit: undefined,
      range: null,
      cursor: null,
    }))
      asked.push(cursor);
    expect(asked).toHaveLength(150);
    const limits = client.mock.calls.flatMap(
      ([query]) => /limit (\d+)$/.exec(Reflect.get(Object(query), 'text') ?? '')?.[1] ?? [],
    );
    expect(limits).toEqual(['101', '42', '42']);
    client.mockRestore();
  });

  test('no connection is left open, wherever a reader stops', async () => {
    for await (const _ of made({ pageRows: 2 }).read({ params: {}, limit: 1, range: null, cursor: null })) break;
    await readAll(made());
    await expect.poll(() => server.getStats().activeConnections).toBe(0);
  });

  describe('by TLS', async () => {
    const { certificate, url } = await tlsFront(port);
    const secured = (host: string, ca?: string) =>
      made({ allowPlain: false, host, port: Number(url.port), ...(ca !== undefined && { ca }) });

    test('with a certificate that is trusted, of the host that is called', async () => {
      expect(await itemsOf(secured('localhost', certificate))).toEqual(vendors);
    });

    test('refuses one that nobody vouches for, and one of another host', async () => {
      await expect(itemsOf(secured('localhost'))).rejects.toThrow('self-signed certificate');
      await expect(itemsOf(secured('127.0.0.1', certificate))).rejects.toThrow('does not match');
    });
  });
});
