import { expect, test } from 'vitest';
import { calledInstead, endpoints } from '../../cli/endpoints.ts';

/** What a command line with these --endpoint says. */
const said = ([first, ...others]: readonly [string, ...string[]]) =>
  others.reduce((before, text) => endpoints(text, before), endpoints(first));

test.each([
  { given: ['http://own'], service: 'http://own', name: 'http://own', url: 'http://own' },
  { given: ['scores=http://scores'], service: 'http://scores', name: undefined, url: undefined },
  { given: ['bound=http://bound/v1'], service: undefined, name: 'http://bound/v1', url: undefined },
  {
    given: ['scores=http://scores', 'http://own', 'bound=http://bound'],
    service: 'http://scores',
    name: 'http://bound',
    url: 'http://own',
  },
  { given: ['scores=http://a', 'scores=http://b'], service: 'http://b', name: undefined, url: undefined },
  { given: ['http://own/a=b'], service: 'http://own/a=b', name: 'http://own/a=b', url: 'http://own/a=b' },
] as const)('$given: a name says more than none, and the last one of a name holds', ({ given, ...called }) => {
  const told = said(given);
  expect({
    service: calledInstead({ service: 'scores' }, told),
    name: calledInstead({ name: 'bound' }, told),
    url: calledInstead({}, told),
  }).toEqual(called);
});
