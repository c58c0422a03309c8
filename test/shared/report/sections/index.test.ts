import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { statisticsSections } from '../../../../shared/author/reducers/statistics-sections.ts';
import { checkSections, type Section } from '../../../../shared/author/section.ts';
import { buildEmail } from '../../../../shared/report/email.ts';
import { renderHtml } from '../../../../shared/report/html.ts';
import { formatFor } from '../../../../shared/report/report-format.ts';
import { terminalLine } from '../../../../shared/report/terminal.ts';
import { MEASURED, view } from '../../author/reducers/rows.ts';
import { EMPTY, sectionsOf, TAME } from './samples.ts';

/** The sections in every medium. */
async function drawn(sections: readonly Section[]) {
  const shown = view({ sections: checkSections(sections), reasons: [], credits: [] });
  const mail = await PostalMime.parse(await buildEmail({ view: shown, from: 'r@example.com', to: ['a@example.com'] }));
  return {
    page: renderHtml(shown),
    mail: mail.html ?? '',
    text: mail.text ?? '',
    terminal: sections.map((section) => terminalLine(section, formatFor({}, sections)).join('  ')).join('\n'),
    pictures: mail.attachments,
  };
}

const HOSTILE = {
  markup: `</td></script><script>alert(1)</script><img src=x onerror=alert(1)>"'&`,
  formula: `=cmd|' /C calc'!A0`,
  'a terminal escape': '\u001b]0;owned\u0007\u001b[2J\u009b31mred',
  'another line': 'x\r\nSucceeded  999\u2028Succeeded  999\u0085Succeeded  999',
  'text turned round': 'a\u202Egnp.exe\u2066\u200F',
  'what no XML holds': 'x\uFFFE\uFFFF\u0000\uD800',
  'right to left': 'שלום עולם مرحبا بالعالم',
  'a very long word': 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerk'.repeat(18),
  'replacement patterns': "$& $1 $` $' {a} {b|c}",
} as const;

describe.each(Object.entries(HOSTILE))('%s in every place that data may stand', (name, text) => {
  test.each(Object.entries(sectionsOf(text, 5)))('of %s', async (kind, section) => {
    const { page, mail, text: plain, terminal } = await drawn([section]);
    for (const html of [page, mail]) {
      expect(html).not.toMatch(/<script|<\/script|<img src=x/);
      // Within the quotes of an attribute it is a text.
      expect(html.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\sonerror=/);
      if (name === 'markup') expect(html.match(/&lt;script&gt;alert\(1\)/g)?.length).toBeGreaterThanOrEqual(2);
      expect(html).not.toMatch(/undefined|NaN|\[object/);
    }
    // A line each: what came in can neither start another nor command the terminal, nor turn what stands beside it round.
    expect(terminal.split('\n')).toHaveLength(1);
    for (const lines of [plain, terminal]) {
      expect(lines.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
      // A text may have lines of its own; they stand indented below its title.
      expect(lines).not.toMatch(kind === 'text' ? /^Succeeded {2}999/m : /^\s*Succeeded {2}999/m);
    }
    expect(terminal.length).toBeLessThan(600);
  });
});

test.each([Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53 + 2, -0])(
  'the number %s is drawn in every kind and medium',
  async (value) => {
    const { page, mail, text, terminal } = await drawn(Object.values(sectionsOf('x', value)));
    for (const medium of [page, mail, text, terminal]) expect(medium).not.toMatch(/NaN|Infinity|undefined/);
    for (const [, share] of page.matchAll(/(?:width|x)="([\d.-]+)%"/g)) {
      expect(Number(share)).toBeGreaterThanOrEqual(0);
      expect(Number(share)).toBeLessThanOrEqual(100);
    }
  },
);

test('a value has one spelling in all sections and media, and two that differ never look the same', async () => {
  const sections = statisticsSections(
    {
      ...MEASURED,
      unit: 'km',
      ...{ min: 3.214, median: 1_234.567, p95: 2_926.05, max: 3_010.625, mean: 1_240.3318 },
      relativeError: 0,
      histogram: [
        { from: 1_234.5, to: 1_234.75, count: 3 },
        { from: 1_234.75, to: 1_235, count: 4 },
      ],
      top: [
        { label: 'Port-aux-Français', value: 3_010.625 },
        { label: 'Alert', value: 2_926.05 },
      ],
      groups: [
        { group: 'US', count: 90_000, median: 1_234.567 },
        { group: 'FR', count: 45_000, median: 1_234.512 },
      ],
    },
    135_000,
  );
  const { page, mail, text, terminal } = await drawn(sections);
  for (const medium of [page, mail, text, terminal]) {
    expect(medium).toMatch(/1,234\.567/);
    expect(medium).toMatch(/1,234\.512/);
    expect(medium.match(/3,010[^ ]* km/g)).toEqual(['3,010.625 km', '3,010.625 km']);
    expect(medium.match(/2,926[^ ]* km/g)?.map((each) => each.replace('0 km', ' km'))).toEqual([
      '2,926.05 km',
      '2,926.05 km',
    ]);
  }
  for (const medium of [page, text, terminal]) expect(medium).toMatch(/1,234\.5\b[\s\S]*1,235/);
  expect(text).toContain('1,234.75');
});

test('page: every kind as it should look', async () => {
  const { page } = await drawn(TAME);
  for (const piece of [
    '<h2>Trees</h2>',
    '<dt>Mean height</dt><dd>3.2 m',
    '<dt>Survived</dt><dd>97.2% <small>of those planted</small>',
    '<dt>Unknown</dt><dd>–',
    'As counted in spring. Mean height is within 1% of the exact value.',
    'The scale grows: each bar spans more than the one before. The bars are approximate: a value within 1% of',
    '<td>Prater</td><td class="bar">',
    '1 of 12 rows are shown.',
    '<td class="rank">1</td><td>Linde</td><td class="n">33 m</td><td>5 Nov 2026, 02:00:13 UTC</td>',
    '</svg> Done</span>',
    '<p class="text">All were asked.\nMost are fine.</p><p class="text">Some were given water.</p>',
  ]) {
    expect(page).toContain(piece);
  }
  // Histogram and series, each wide and narrow.
  expect(page.match(/<svg role="img"/g)).toHaveLength(4);
  expect(page).not.toMatch(/ id="| style="/);
});

test('mail: pictures inside for histogram and time series, words for the rest', async () => {
  const { mail, pictures } = await drawn(TAME);
  expect(pictures.map(({ contentId, mimeType }) => [contentId, mimeType])).toEqual([
    ['<chart-1@report>', 'image/png'],
    ['<chart-2@report>', 'image/png'],
  ]);
  expect([...mail.matchAll(/src="([^"]*)"[^>]*alt="([^"]*)"/g)].map(([, src, alt]) => [src, alt])).toEqual([
    ['cid:chart-1@report', 'Trees by height'],
    ['cid:chart-2@report', 'Per minute'],
  ]);
  for (const piece of ['Prater', '97.2%', '1 of 12 rows are shown.', '33 m', 'Failed', 'Some were given water.'])
    expect(mail).toContain(piece);
});

test('mail: beyond six pictures the numbers are told', async () => {
  const many = Array.from({ length: 8 }, (_, i) => ({
    kind: 'histogram' as const,
    title: `Histogram ${i}`,
    buckets: [{ from: i, to: i + 1, count: 1_000 + i }],
  }));
  const { mail, pictures } = await drawn(many);
  expect(pictures).toHaveLength(6);
  expect(mail).not.toContain('1,005');
  expect(mail).toContain('6 – 7');
  expect(mail).toContain('1,007');
});

test('text: every kind in lines', async () => {
  const { text } = await drawn(TAME);
  expect(text).toContain(`
Trees:
  Planted      1,250
  Mean height  3.2 m
  Survived     97.2%   (of those planted)
  Oldest       Ginkgo
  Unknown      –
  As counted in spring.
  Mean height is within 1% of the exact value.

Trees by height:
   0 – 1 m      3
  1 – 10 m  5,000
  The bars are approximate: a value within 1% of a bar's border may be counted in the next bar.

Trees by park:
  800  Prater
  1 of 12 rows are shown.

Tallest:
     Tree   Height  Seen
  1  Linde    33 m  5 Nov 2026, 02:00:13 UTC

Per minute:
                               Done   Failed
  1 Jan 1970, 00:00:00 UTC  1 calls  0 calls
  1 Jan 1970, 00:01:00 UTC        –  0 calls
  1 Jan 1970, 00:02:00 UTC  3 calls  1 calls

What was done:
  All were asked.
  Most are fine.

  Some were given water.
`);
});

test('terminal: every kind in a line', async () => {
  const { terminal } = await drawn(TAME);
  expect(terminal.split('\n')).toEqual([
    'Trees  Planted 1,250 · Mean height 3.2 m · Survived 97.2% (of those planted) · Oldest Ginkgo · Unknown –',
    'Trees by height  0 ▁█ 10 m',
    'Trees by park  Prater 800, and 11 more',
    'Tallest  Linde 33 m',
    'Per minute  Done ▃█ 3 calls · Failed ▁▁█ 1 calls',
    'What was done  All were asked. Most are fine. Some were given water.',
  ]);
});

test('what is empty says so in every medium', async () => {
  const { page, mail, text, terminal, pictures } = await drawn(EMPTY);
  for (const medium of [page, mail, text]) {
    expect(medium.match(/Nothing to show\./g)).toHaveLength(EMPTY.length);
    expect(medium).not.toMatch(/A column|A line|A place|<svg|NaN|Infinity/);
  }
  for (const line of terminal.split('\n')) expect(line).toMatch(/^No \w+ {2}(–|A line +–)$/);
  expect(pictures).toEqual([]);
});

test('of 250 groups each medium shows as many as it has room for, and says how many there are', async () => {
  const rows = Array.from({ length: 250 }, (_, i) => [`Group ${i}`, i]);
  const columns = [{ name: 'Group' }, { name: 'Median', kind: 'number' as const, bar: true }];
  const { page, mail, text, terminal } = await drawn([{ kind: 'table', title: 'Groups', columns, rows }]);
  expect(page.match(/<td>Group \d+<\/td>/g)).toHaveLength(250);
  expect(page).toContain('<summary>The other 230 rows</summary>');
  for (const medium of [mail, text]) {
    expect(medium.match(/Group \d+/g)).toHaveLength(10);
    expect(medium).toContain('10 of 250 rows are shown.');
  }
  expect(terminal).toBe('Groups  Group 0 0 · Group 1 1 · Group 2 2, and 247 more');
});

test('what found no room in mail and text is said: columns, places and lines', async () => {
  const columns = Array.from({ length: 7 }, (_, i) => ({ name: `C${i}` }));
  const names = Array.from({ length: 12 }, (_, i) => `Day ${i}`);
  const lines = Array.from({ length: 6 }, (_, i) => ({ label: `Line ${i}`, values: names.map(() => i) }));
  const { page, mail, text } = await drawn([
    { kind: 'table', title: 'Wide', columns, rows: [columns.map(({ name }) => `in ${name}`)] },
    { kind: 'series', title: 'Days', x: { kind: 'ordinal', names }, lines },
  ]);
  for (const medium of [mail, text]) {
    expect(medium).toContain('2 more columns: see the page.');
    expect(medium).not.toMatch(/C5|Day 10|Line 4/);
    expect(medium).toContain("10 of 12 rows are shown. 2 more lines aren't shown.".split('. ')[0]);
  }
  expect(page).toContain('in C6');
  expect(page).toContain('Line 5');
  expect(page).not.toContain('see the page');
});

test("an object's place on S3 leads to AWS's console, and what only begins like one leads nowhere", async () => {
  const rows = [['s3://scans/out/a b&"c.txt'], ['s3://scans/out/*'], ['S3://x'], ['s3://Bad_Bucket/x'], ['text']];
  const { page } = await drawn([{ kind: 'table', key: 't', title: 'T', columns: [{ name: 'file' }], rows }]);
  expect(page.match(/<a href="[^"]*"/g)?.filter((link) => link.includes('console'))).toEqual([
    '<a href="https://console.aws.amazon.com/s3/object/scans?prefix=out%2Fa%20b%26%22c.txt"',
  ]);
});
