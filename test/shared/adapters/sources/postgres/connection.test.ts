import { describe, expect, test } from 'vitest';
import { connectionIn } from '../../../../../shared/adapters/sources/postgres/connection.ts';

const rds = {
  username: 'reader',
  password: 'p@ss',
  engine: 'postgres',
  host: 'db.example',
  port: 5433,
  dbname: 'vendors',
};

describe('a secret', () => {
  test.each([
    ['postgres://reader:p%40ss@db.example:5433/vendors?sslmode=disable', 5433],
    ['postgresql://reader:p%40ss@db.example/vendors\n', 5432],
    [JSON.stringify(rds), 5433],
    [JSON.stringify({ ...rds, port: '5433' }), 5433],
  ])('%s', (secret, port) => {
    const read = { host: 'db.example', port, user: 'reader', password: 'p@ss', database: 'vendors' };
    expect(connectionIn(secret, {})).toEqual(read);
  });

  test('what the definition says comes before what it says', () => {
    const { username, password } = rds;
    const known = { host: '::1', port: 1, database: 'other' };
    const read = { ...known, user: 'reader', password: 'p@ss' };
    expect(connectionIn(JSON.stringify({ username, password }), known)).toEqual(read);
    expect(connectionIn('postgres://reader:p%40ss@db.example/vendors', known)).toEqual(read);
  });

  test.each([
    ['postgres:///vendors', 'names no host'],
    ['postgres://reader:secret@db.example', 'names no database'],
    ['mysql://reader:secret@db.example/vendors', 'is no postgres://'],
    ['secret', 'is no postgres://'],
    ['{"username":"secret"}', 'JSON without `username` and `password`'],
    ['{secret', 'JSON without'],
  ])('%s is refused, and nothing of it is said', (secret, message) => {
    const read = () => connectionIn(secret, {});
    expect(read).toThrow(message);
    expect(read).not.toThrow('secret@');
    expect(read).not.toThrow('{secret');
  });
});
