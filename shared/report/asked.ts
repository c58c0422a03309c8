import { beginning } from '../domain/text.ts';
import type { Format } from './format.ts';
import type { AskedView } from './view.ts';

/** Characters of the parameters that a page shows. */
const PARAMS = 500;

/** Names and values of what a run was asked to do, and by what it is judged. @param params how much is said of the parameters */
export function askedWords(
  asked: AskedView | undefined,
  { number, percent }: Format,
  params: 'values' | 'names',
): (readonly [name: string, value: string])[] {
  if (!asked) return [];
  const { trigger, method, endpoint, limit, redriveOf, tolerated, definition } = asked;
  const given = params === 'values' ? valuesOf(asked) : namesOf(asked);
  return [
    ['Started by', trigger],
    ['Called', `${method} ${endpoint}`],
    ...(given === null ? [] : [['Parameters', given] as const]),
    ...(limit === null ? [] : [['Limit', `the first ${number(limit)} items`] as const]),
    ...(redriveOf === null ? [] : [['Redrive of', redriveOf] as const]),
    [
      'Failures tolerated',
      'failedCount' in tolerated ? number(tolerated.failedCount) : percent(tolerated.failedPercent, 100),
    ],
    ['Version', definition],
  ];
}

function valuesOf({ params }: AskedView): string | null {
  const text = JSON.stringify(params);
  return text === '{}' || text === 'null' ? null : beginning(text, PARAMS);
}

/** Values may be personal: a mail goes further than the report's page. */
function namesOf({ params }: AskedView): string | null {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return null;
  const names = Object.keys(params);
  return names.length === 0 ? null : `${beginning(names.join(', '), PARAMS)} (their values are on the report’s page)`;
}
