import { expect, test } from 'vitest';
import { requireAccount } from '../../../cli/targets/own-account.ts';
import { csv } from '../../../shared/author/sources/csv.ts';
import { objects } from '../../../shared/author/sources/objects.ts';

const ofObject = { source: csv('s3://companies/all.csv') };

test.each([
  [ofObject, {}, 's3://companies/all.csv'],
  [{ source: objects('s3://invoices/2026/') }, { file: 'file:///a.csv' }, 's3://invoices/2026/'],
  [{ source: { needs: { tables: ['companies'] } } }, {}, 'table companies'],
])('a source of an account needs --aws, which the error names', (pipeline, given, what) => {
  expect(() => requireAccount(pipeline, given, false)).toThrow(`reads ${what} of an AWS account: add --aws`);
  expect(() => requireAccount(pipeline, given, true)).not.toThrow();
});

test('what is handed over in its place needs none, nor does a file beside the pipeline', () => {
  expect(() => requireAccount(ofObject, { file: 'file:///a.csv' }, false)).not.toThrow();
  expect(() => requireAccount(ofObject, { items: 'file:///a.jsonl' }, false)).not.toThrow();
  expect(() => requireAccount({ source: csv('./companies.csv') }, {}, false)).not.toThrow();
});
