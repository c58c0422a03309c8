import type { Json } from '../../../domain/json.ts';

/** The list that Postgres's text for an array says, such as `{1,"a b",NULL,{2}}`. Bounds before it (`[0:1]={…}`) are left out. */
export function listIn(text: string, make: (element: string) => Json): Json {
  const open: Json[][] = [[]];
  let at = text.indexOf('{');
  while (at < text.length) {
    const sign = text[at];
    if (sign === '{') {
      open.push([]);
      at++;
    } else if (sign === '}') {
      const list = open.pop() ?? [];
      open.at(-1)?.push(list);
      at++;
    } else if (sign === ',') {
      at++;
    } else {
      const { value, end } = sign === '"' ? quoted(text, at + 1) : bare(text, at);
      open.at(-1)?.push(value === null ? null : make(value));
      at = end;
    }
  }
  return open[0]?.[0] ?? [];
}

function bare(text: string, at: number): { value: string | null; end: number } {
  const length = text.slice(at).search(/[,}]/);
  const end = length < 0 ? text.length : at + length;
  const value = text.slice(at, end);
  return { value: value === 'NULL' ? null : value, end };
}

function quoted(text: string, start: number): { value: string; end: number } {
  let value = '';
  for (let at = start; at < text.length; at++) {
    if (text[at] === '"') return { value, end: at + 1 };
    if (text[at] === '\\') at++;
    value += text[at] ?? '';
  }
  return { value, end: text.length };
}
