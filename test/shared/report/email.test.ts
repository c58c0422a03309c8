import { gzipSync } from 'node:zlib';
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { statisticsSections } from '../../../shared/author/reducers/statistics-sections.ts';
import { buildEmail } from '../../../shared/report/email.ts';
import { emailHtml } from '../../../shared/report/email-html.ts';
import { MEASURED, unmeasured, view } from '../author/reducers/rows.ts';

const FROM = 'Reports <reports@example.com>';
const TO = ['a@example.com', 'B <b@example.com>'];

async function mail(over: Partial<Parameters<typeof buildEmail>[0]> = {}) {
  return PostalMime.parse(await buildEmail({ view: view(), from: FROM, to: TO, ...over }));
}

it('carries the outcome in its subject, and who, when and what', async () => {
  const parsed = await mail();
  expect(parsed).toMatchObject({
    subject: '⚠ Airport access: 135,000 done, 233 failed',
    from: { name: 'Reports', address: 'reports@example.com' },
    // Recipients don't see each other.
    to: [{ name: 'Reports', address: 'reports@example.com' }],
    messageId: '<airport-access.2026-11-21-demo@example.com>',
    date: '2026-11-21T19:01:02.000Z',
  });
  expect(parsed.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));
});

it.each([
  ['succeeded', '✔ Airport access: 135,000 done, 233 failed'],
  ['failed', '✖ Airport access failed: 135,000 done, 233 failed'],
  ['cancelled', '■ Airport access cancelled: 135,000 done, 233 failed'],
  ['expired', '✖ Airport access expired: 135,000 done, 233 failed'],
] as const)('%s: %s', async (status, subject) => {
  expect((await mail({ view: view({ status, sections: [] }) })).subject).toBe(subject);
});

it('has a text part, an HTML part whose picture is inside, and the report as it was given', async () => {
  const gzip = gzipSync('id,km\n0-0.0.0,1\n');
  const parsed = await mail({
    csv: { name: 'report.csv.gz', contentType: 'application/gzip', content: gzip },
    links: [{ label: 'All', href: 'https://x.example/?a=1&b=2' }],
  });
  expect(parsed.text).toContain('135,233');
  expect(parsed.text).toContain('All: https://x.example/?a=1&b=2');
  expect(parsed.html).toContain('a value within 1% of a bar&#39;s border may be counted in the next bar');
  expect(parsed.html).toContain('href="https://x.example/?a=1&amp;b=2"');

  const cids = [...(parsed.html ?? '').matchAll(/src="([^"]*)"/g)].map((match) => match[1]);
  expect(cids).toEqual(['cid:chart-1@report']);
  const picture = parsed.attachments.find(({ contentId }) => contentId === '<chart-1@report>');
  expect(picture).toMatchObject({ mimeType: 'image/png', disposition: 'inline' });
  const png = bytes(picture?.content);
  expect(png.toString('latin1', 1, 4)).toBe('PNG');
  expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1_104, 440]);

  const report = parsed.attachments.find(({ filename }) => filename === 'report.csv.gz');
  expect(report).toMatchObject({ mimeType: 'application/gzip', disposition: 'attachment' });
  expect(bytes(report?.content).equals(gzip)).toBe(true);
});

it('has neither picture nor attachment where there is nothing to show', async () => {
  const parsed = await mail({ view: view({ sections: [], reasons: [], credits: [] }) });
  expect(parsed.attachments).toEqual([]);
  expect(parsed.html).not.toMatch(/<img|undefined|null|\[object/);
  expect(parsed.text).not.toMatch(/attached|undefined|null/);
  for (const part of [parsed.text, parsed.html])
    expect(part).toMatch(/too large for a mail\. Fetch it with npx microprocess report /);
});

it('says what ran, of parameters their names alone, and where the report is that is too large', async () => {
  const asked = {
    ...{ trigger: 'schedule', method: 'POST', endpoint: 'services/airports /nearest', params: { country: 'AU' } },
    ...{ limit: 1_000, redriveOf: null, tolerated: { failedPercent: 1 }, definition: '3fA9bC12dE' },
  };
  const csvPlace = { uri: 's3://reports/runs/a/r/report.csv', console: 'https://console.aws.amazon.com/s3/object/x' };
  const parts = async (over: Parameters<typeof view>[0]) => {
    const { text = '', html = '' } = await mail({ view: view({ asked, csvPlace, ...over }) });
    return [text, html];
  };
  for (const part of await parts({})) {
    for (const said of [
      'POST services/airports /nearest',
      'the first 1,000 items',
      '3fA9bC12dE',
      'country (their values are',
      'It is s3://reports/runs/a/r/report.csv. Fetch it with npx microprocess report ',
      'https://console.aws.amazon.com/s3/object/x',
    ])
      expect(part).toContain(said);
    expect(part).not.toContain('AU"');
  }
  for (const part of await parts({ mailsParams: true })) expect(part).toMatch(/AU(&quot;|")/);
  const attached = await mail({
    view: view({ csvPlace }),
    csv: { name: 'r.csv', contentType: 'text/csv', content: Buffer.from('x') },
  });
  expect(attached.text).not.toContain('console.aws');
});

it('carries its logo inside, and draws its bars in its colour', async () => {
  const logo = 'data:image/png;base64,iVBORw0KGgoAAAA=';
  const bars = { kind: 'bars', title: 'Trees', bars: [{ label: 'Prater', value: 1 }] } as const;
  const parsed = await mail({ view: view({ look: { logo, colour: '#aa2200' }, sections: [bars] }) });
  const [image, ...others] = parsed.attachments;
  expect(others).toEqual([]);
  expect(image).toMatchObject({ mimeType: 'image/png', contentId: '<logo@report>' });
  expect(parsed.html).toContain('src="cid:logo@report"');
  expect(parsed.html).toContain('background-color:#aa2200');
});

it('says how many succeeded without a number, also where nothing was measured', async () => {
  const none = await mail({ view: view({ sections: unmeasured(60) }) });
  for (const part of [none.text, none.html]) {
    expect(part).toContain('Distribution of km');
    expect(part).toContain('60 succeeded without a number');
    expect(part).not.toMatch(/Median|NaN|Infinity/);
  }
  expect(none.attachments).toEqual([]);
  const some = await mail({ view: view({ sections: statisticsSections({ ...MEASURED, count: 134_940 }, 135_000) }) });
  expect(some.html).toContain('60 succeeded without a number');
  expect(some.text).toMatch(/Measured +134,940 +\(60 succeeded without a number\)\n/);
  const all = await mail();
  for (const part of [all.text, all.html]) expect(part).not.toMatch(/without a number/i);
});

it('is the same bytes for the same run', async () => {
  const [a, b] = await Promise.all([
    buildEmail({ view: view(), from: FROM, to: TO }),
    buildEmail({ view: view(), from: FROM, to: TO }),
  ]);
  expect(a.equals(b)).toBe(true);
});

describe('what data may not do', () => {
  const EVIL = 'x\r\nBcc: evil@example.com\r\n\r\n<script>alert(1)</script>\u2028';

  it('is start a header', async () => {
    const parsed = await mail({
      view: view({ title: EVIL, pipeline: EVIL, run: EVIL }),
      from: 'Reports\r\nBcc: evil@example.com <reports@example.com>',
      to: ['a@example.com\r\nBcc: evil@example.com'],
      csv: { name: 'a"\r\nX-Evil: 1.gz', contentType: 'application/gzip', content: Buffer.from('x') },
    });
    expect(parsed.headers.map(({ key }) => key)).not.toContain('bcc');
    expect(parsed.bcc).toBeUndefined();
    expect(parsed.subject).toContain('x Bcc: evil@example.com');
    expect(parsed.messageId).toMatch(/^<[\w.=~-]+@example\.com>$/);
    expect(parsed.attachments).toHaveLength(2);
  });

  it('is become markup or a script link', async () => {
    const parsed = await mail({
      view: view({ title: EVIL, reasons: [{ reason: EVIL, count: 1 }], credits: [EVIL] }),
      links: [{ label: 'x', href: 'javascript:alert(1)' }],
    });
    expect(parsed.html).not.toMatch(/<script|javascript:/);
    expect(parsed.text).not.toContain('javascript:');
  });
});

function bytes(content: string | ArrayBuffer | Uint8Array = ''): Buffer {
  return content instanceof ArrayBuffer ? Buffer.from(content) : Buffer.from(content);
}

it('breaks words that are longer than a mail is wide, and keeps the direction of data to itself', () => {
  const long = 'x'.repeat(120);
  const examples = [{ id: '0-0.0.7', label: 'القاهرة', excerpt: long }];
  const mail = emailHtml(view({ title: long, credits: [long], reasons: [{ reason: long, count: 1, examples }] }), {
    pictures: new Map(),
    attached: false,
  });
  const holders = [...mail.matchAll(/<(?:div|td)[^>]*style="([^"]*)"[^>]*>[^<]*x{100}/g)];
  expect(holders.length).toBeGreaterThanOrEqual(4);
  for (const [, style] of holders) expect(style).toContain('word-break:break-word');
  expect(mail).toContain('0-0.0.7 <bdi>القاهرة</bdi>: <bdi>');
});
