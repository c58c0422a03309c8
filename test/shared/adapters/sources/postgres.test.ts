import { createServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { postgres } from '../../../../shared/adapters/sources/postgres.ts';
import { itemsOf, memoryFiles } from '../../../contracts/source.contract.ts';
import { Listeners } from '../../listeners.ts';

const listeners = new Listeners();
afterEach(() => listeners.close());

test('nothing is asked of a server that has no TLS', async () => {
  const heard: Buffer[] = [];
  const url = await listeners.listen(
    createServer((socket) => {
      socket.on('data', (bytes) => {
        heard.push(bytes);
        socket.write('N');
      });
    }),
  );
  const secret = async () => `postgres://reader:secret@${new URL(url).host}/postgres?sslmode=disable`;
  const outside = { region: 'x', account: null, secret, endpoint: () => expect.fail() };
  const source = postgres({ secret: 'x', query: 'select 1 as id', key: 'id' }).over?.({ ...memoryFiles({}), outside });
  await expect(itemsOf(source ?? expect.fail())).rejects.toThrow('does not support SSL');
  // The question for TLS, eight bytes, and no more.
  expect(heard.map(({ length }) => length)).toEqual([8]);
});

test('declares its secret, and refuses what is no option', () => {
  expect(postgres({ secret: 'a/b', query: 'select', key: 'id' }).needs).toEqual({ secrets: ['a/b'] });
  const refused = (options: object) => () => Reflect.apply(postgres, undefined, [options]);
  expect(refused({ secret: 'a*', query: 'select', key: 'id' })).toThrow('secret: must be the name of a secret');
  expect(refused({ secret: 'a', query: 'select', key: 'id', ssl: false })).toThrow('ssl: is no option here');
  expect(refused({ secret: 'a', query: 'select' })).toThrow('key: ');
});
