import { expect, test } from 'vitest';
import { placeWords } from '../../../../shared/author/sources/place.ts';
import { handedOverKey, keptInputName } from '../../../../shared/domain/handed-over.ts';

const DIGEST = 'd'.repeat(43);
const uploaded = (name: string) => handedOverKey({ digest: DIGEST, bytes: 7 }, name);

test.each([
  ['./companies.csv', '"./companies.csv"'],
  ['s3://given/all.csv', '"s3://given/all.csv"'],
  ['file:///home/zo%C3%AB/my%20file.jsonl', '"/home/zoë/my file.jsonl"'],
  [`file:///home/zoe/.state/given/${keptInputName(DIGEST)}`, 'standard input'],
  [uploaded('my file.jsonl'), '"my_file.jsonl"'],
  [uploaded(keptInputName(DIGEST)), 'standard input'],
])('%s is called as its user knows it', (place, words) => {
  expect(placeWords(place)).toBe(words);
});
