import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { type Statistics, statisticsSections } from '../../../shared/author/reducers/statistics-sections.ts';
import { FINAL_STATUSES } from '../../../shared/domain/run.ts';
import { DEFAULT_FORMAT } from '../../../shared/report/format.ts';
import { renderHtml } from '../../../shared/report/html.ts';
import { previousSections } from '../../../shared/report/previous-sections.ts';
import { MEASURED, unmeasured, view } from '../author/reducers/rows.ts';

const EVIL = `</title><script>alert(1)</script>"'&<img src=x onerror=alert(1)>`;
const withGroups = (groups: Statistics['groups']) => view({ sections: statisticsSections({ ...MEASURED, groups }, 0) });

it('shows the outcome, the figures and the credits', () => {
  const page = renderHtml(view());
  for (const text of [
    'Airport access',
    'Succeeded with failures',
    '2026-11-21-demo',
    '1 min 02 s',
    '135,233',
    '99.8%',
    'http-500',
    '3,010.6',
    'Port-aux-Français',
    'within 0.5%',
    'a value within 1% of a bar&#39;s border may be counted in the next bar',
    'Cities: GeoNames, CC BY 4.0',
  ]) {
    expect(page).toContain(text);
  }
  expect(page.match(/<svg role="img"/g)).toHaveLength(2);
});

const ASKED = {
  ...{ trigger: 'cli', method: 'POST', endpoint: 'services/airports /nearest', params: { country: 'AU' } },
  ...{ limit: 1_000, redriveOf: null, tolerated: { failedPercent: 1 }, definition: '3fA9bC12dE' },
};

it('says what ran, what failed with examples, and what to do next', () => {
  const page = renderHtml(
    view({
      asked: ASKED,
      reasons: [
        { reason: 'http-422', count: 9, examples: [{ id: '0-0.0.7', label: 'Wien', excerpt: 'no such city' }] },
      ],
      next: [{ what: 'Call again what failed', command: 'npx microprocess redrive march --pipeline x' }],
    }),
  );
  for (const text of [
    '{&quot;country&quot;:&quot;AU&quot;}',
    '<dd>POST services/airports /nearest</dd>',
    '<dd>the first 1,000 items</dd>',
    '<dd>3fA9bC12dE</dd>',
    '0-0.0.7 <bdi>Wien</bdi>: <bdi>no such city</bdi>',
    'redrive march --pipeline x',
  ])
    expect(page).toContain(text);
});

const CALLS = {
  from: Date.UTC(2026, 10, 21, 19),
  widthMs: 2_000,
  ended: [900, 1_000, 0, 800],
  meanMs: [31, 30, null, 90],
  medianMs: 29,
  p95Ms: 120,
  repeated: { children: 12, calls: 15 },
  pressed: 1_204,
};

it('shows how the calls went: how long they took, what was called again, and both over time', () => {
  const page = renderHtml(view({ sections: [], calls: CALLS }));
  for (const text of ['29 ms', '120 ms', '15 calls more', '1,204', 'A point stands for 2.0 s.'])
    expect(page).toContain(text);
  expect(page.match(/<svg role="img" aria-label="[^"]*"/g)).toEqual(
    ['Children per second', 'Mean call in milliseconds'].flatMap((title) =>
      Array(2).fill(`<svg role="img" aria-label="${title}"`),
    ),
  );
  // Of a few seconds there is nothing to draw.
  expect(renderHtml(view({ sections: [], calls: { ...CALLS, ended: [3], meanMs: [5] } }))).not.toContain('<svg');
});

it('compares with the run before: counts, the reasons that differ most, duration, calls and medians', () => {
  const [table, ...others] = previousSections(
    view({
      calls: CALLS,
      reasons: [{ reason: 'http-500', count: 233 }],
      previous: {
        run: 'october',
        startedAt: Date.UTC(2026, 9, 21),
        isOther: true,
        counts: { total: 135_000, succeeded: 134_997, failed: 0, cancelled: 0, expired: 0 },
        tookMs: 124_000,
        reasons: [{ reason: 'timeout', count: 3 }],
        calls: { medianMs: 29, p95Ms: 100 },
        figures: [{ of: 'km', label: 'Median of km', unit: 'km', now: 27, before: 30 }],
      },
    }),
    DEFAULT_FORMAT,
  );
  expect(others).toEqual([]);
  expect(table).toMatchObject({
    note: 'october, started 21 Oct 2026, 00:00:00 UTC. It had other parameters.',
    rows: [
      ['Children', '135,233', '135,000', '+0.2%'],
      ['Succeeded', '135,000', '134,997', '+3'],
      ['Failed', '233', '0', '+233'],
      ['http-500', '233', '0', '+233'],
      ['timeout', '0', '3', '−3'],
      ['Took', '1 min 02 s', '2 min 04 s', '−50%'],
      ['Median call', '29 ms', '29 ms', 'none'],
      ['Median of km', '27 km', '30 km', '−10%'],
    ],
  });
  expect(previousSections(view(), DEFAULT_FORMAT)).toEqual([]);
});

it('has a colour and a logo of its own, and asks nobody for them', () => {
  const logo = 'data:image/png;base64,iVBORw0KGgoAAAA=';
  const page = renderHtml(view({ look: { colour: '#AA2200', logo } }));
  expect(page).toContain(`<img class="logo" src="${logo}" alt="">`);
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  expect(style).toContain(':root{--bar:#AA2200}');
  expect(style).toContain('{:root{--bar:#cc7a66}}');
  expect(page).toContain(createHash('sha256').update(style).digest('base64'));
  expect(page).toContain('img-src data:;');
  // One that no definition can say doesn't reach the style.
  expect(renderHtml(view({ look: { colour: '#fff}</style><script>' } }))).toBe(renderHtml(view()));
});

it('lets no text of the run become markup', () => {
  const page = renderHtml(
    view({
      pipeline: EVIL,
      title: EVIL,
      run: EVIL,
      reasons: [{ reason: EVIL, count: 1, examples: [{ id: EVIL, label: EVIL, excerpt: EVIL }] }],
      asked: { ...ASKED, trigger: EVIL, endpoint: EVIL, params: { [EVIL]: EVIL } },
      next: [{ what: EVIL, command: EVIL }],
      credits: [EVIL],
      links: [
        { label: EVIL, href: `https://example.com/?a="><script>` },
        { label: 'script link', href: 'javascript:alert(1)' },
      ],
      sections: statisticsSections(
        {
          ...MEASURED,
          value: EVIL,
          top: [{ label: EVIL, value: 1 }],
          groups: [{ group: EVIL, count: 1, median: 1 }],
        },
        1,
      ),
    }),
  );
  expect(page).not.toMatch(/<script|<img|javascript:/);
  // Within the quotes of an attribute it is a text.
  expect(page.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\sonerror=/);
  expect(page.match(/&lt;script/g)?.length).toBeGreaterThanOrEqual(9);
});

it('asks for nothing and allows nothing but its own style', () => {
  const page = renderHtml(view());
  const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? '';
  const hash = createHash('sha256').update(style).digest('base64');
  expect(page).toContain(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`);
  expect(page).not.toMatch(/\s(src|style|on\w+)=|url\(|@import|<link|<script/);
});

it('gives the same bytes for the same run', () => {
  expect(renderHtml(view())).toBe(renderHtml(view()));
});

it('stands without statistics, without children, and for each outcome', () => {
  const none = { total: 0, succeeded: 0, failed: 0, cancelled: 0, expired: 0 };
  for (const status of FINAL_STATUSES) {
    const page = renderHtml(view({ status, sections: [], reasons: [], counts: none, credits: [] }));
    expect(page.includes('nothing to do')).toBe(status.startsWith('succeeded'));
    expect(page).not.toMatch(/<svg|NaN|undefined|null|Infinity|\[object/);
  }
});

it('says how many succeeded without a number, also where nothing was measured', () => {
  expect(renderHtml(view())).not.toContain('without a number');
  const some = statisticsSections({ ...MEASURED, count: 134_940 }, 135_000);
  expect(renderHtml(view({ sections: some }))).toContain(
    '<dt>Measured</dt><dd>134,940 <small>60 succeeded without a number</small>',
  );
  const page = renderHtml(view({ sections: unmeasured(60) }));
  expect(page).toContain('Distribution of km');
  expect(page).toContain('<dt>Measured</dt><dd>0 <small>60 succeeded without a number</small>');
  expect(page).not.toMatch(/<svg|Median|NaN|Infinity/);
  expect(renderHtml(view({ sections: unmeasured(0) }))).not.toContain('Measured');
});

it('draws the largest groups and folds the others away', () => {
  const groups = Array.from({ length: 246 }, (_, i) => ({ group: `Group ${i}`, count: 246 - i, median: i }));
  const page = renderHtml(withGroups(groups));
  expect(page).toContain('Groups of most children first.');
  expect(page).toContain('The other 226 rows');
  expect(page.match(/<rect x=/g)).toHaveLength(20);
  for (const name of ['Group 0', 'Group 19', 'Group 20', 'Group 245']) {
    expect(page.split(`<td>${name}</td>`)).toHaveLength(2);
  }
});

it.each([
  { medians: [4, 3, 0], bars: ['0.00% 100.00%', '0.00% 75.00%', '0.00% 0.00%'] },
  { medians: [30, -10], bars: ['25.00% 75.00%', '0.00% 25.00%'] },
  { medians: [-1, -2], bars: ['50.00% 50.00%', '0.00% 100.00%'] },
  { medians: [0, 0], bars: ['0.00% 0.00%', '0.00% 0.00%'] },
])('draws medians $medians from zero on one scale', ({ medians, bars }) => {
  const groups = medians.map((median, i) => ({ group: `Group ${i}`, count: 1, median }));
  const page = renderHtml(withGroups(groups));
  expect([...page.matchAll(/<rect x="(\S+)" width="(\S+)"/g)].map(([, x, width]) => `${x} ${width}`)).toEqual(bars);
  expect(page).not.toContain('<details>');
});
