const COLOUR = /^#[\da-f]{6}$/i;

/** The style of a page whose bars have a colour of their own; in the dark it is a lighter one. */
export function pageStyle(colour: string | undefined): string {
  if (colour === undefined || !COLOUR.test(colour)) return PAGE_STYLE;
  const lighter = `#${[1, 3, 5].map((at) => Math.round(0.6 * Number.parseInt(colour.slice(at, at + 2), 16) + 102).toString(16)).join('')}`;
  return `${PAGE_STYLE}:root{--bar:${colour}}
@media (prefers-color-scheme:dark){:root{--bar:${lighter}}}
@media print{:root{--bar:${colour}}}
`;
}

/** The whole style of report.html: light, dark, narrow and on paper. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--page:#f5f6f8;--card:#fff;--ink:#1a202c;--muted:#5b6676;--line:#e2e6ec;--bar:#3568c8;
--good:#16734a;--good-bg:#e0f4e9;--warn:#8a5300;--warn-bg:#fdf0d5;--bad:#b3261e;--bad-bg:#fce8e6;--link:#2456b0}
@media (prefers-color-scheme:dark){:root{--page:#10141a;--card:#1a2029;--ink:#e7ebf1;--muted:#9aa6b6;--line:#2d3643;--bar:#6c9cf0;
--good:#6fd6a2;--good-bg:#173828;--warn:#f0c063;--warn-bg:#3b2f14;--bad:#ff9b92;--bad-bg:#43201d;--link:#8fb6ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Lato,Arial,sans-serif;
-webkit-text-size-adjust:100%}
main{max-width:960px;margin:0 auto;padding:32px 20px 40px}
header{margin-bottom:24px}
.eyebrow{margin:0;color:var(--muted);font-size:13px}

.logo{display:block;max-width:240px;max-height:56px;margin:0 0 12px}
h1{margin:2px 0 10px;font-size:28px;line-height:1.2;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{margin:0 0 4px;font-size:17px;line-height:1.3;overflow-wrap:anywhere}
.badge{display:inline-block;padding:3px 12px;border-radius:999px;font-weight:600;font-size:14px}
.verdict{margin:8px 0 0}
.good{color:var(--good);background:var(--good-bg)}.warn{color:var(--warn);background:var(--warn-bg)}
.bad{color:var(--bad);background:var(--bad-bg)}
.facts{display:flex;flex-wrap:wrap;gap:4px 28px;margin:14px 0 0}
.facts div{display:flex;gap:8px}.facts dt{color:var(--muted)}.facts dd{margin:0;overflow-wrap:anywhere}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin:0 0 18px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:14px 20px;margin:0}
.tiles div{min-width:0}.tiles dt{color:var(--muted);font-size:13px}
.tiles dd{margin:0;font-size:23px;line-height:1.25;font-weight:600;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.tiles small{display:block;font-size:12px;font-weight:400;color:var(--muted)}
.sections h2+.tiles{margin-top:12px}
.note{color:var(--muted);font-size:13px;margin:0 0 14px}
section>.note:last-child{margin:12px 0 0}
figure{margin:18px 0 0}figure svg{display:block;width:100%;height:auto;font-family:inherit}
.narrow{display:none}
.sections{display:flex;flex-wrap:wrap;gap:0 18px;align-items:flex-start}.sections section{flex:1 1 100%;min-width:0}.sections .half{flex-basis:360px}
.text{margin:0 0 10px;max-width:70ch;overflow-wrap:anywhere;white-space:pre-line}.legend{margin:10px 0 0;color:var(--muted);font-size:13px;overflow-wrap:anywhere}.legend span{margin-right:14px}
h1,h2,th,td,dt,dd,.text{unicode-bidi:plaintext;text-align:left}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th{font-weight:500;color:var(--muted);font-size:13px}
th,td{padding:6px 0;border-bottom:1px solid var(--line)}tr:last-child td{border-bottom:0}
th,td,dt{overflow-wrap:anywhere}.scroll{overflow-x:auto}.scroll td,.scroll th{min-width:4.5em}.scroll .rank,.scroll .n{min-width:0}th+th,td+td{padding-left:16px}
.n,.end{text-align:right}th.end{min-width:6em}.n{white-space:nowrap}.bar{width:45%}.bar svg{display:block}.bar rect{fill:var(--bar)}
.rank{color:var(--muted);width:1%;white-space:nowrap;text-align:right}
code{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
details{margin-top:14px}summary{cursor:pointer;color:var(--link)}details table{margin-top:8px}
footer{color:var(--muted);font-size:13px}footer p{margin:0 0 6px}a{color:var(--link)}
@media (max-width:600px){main{padding:20px 12px}section{padding:16px 14px}h1{font-size:23px}
.tiles{grid-template-columns:repeat(2,1fr)}.tiles dd{font-size:20px}.wide{display:none}.narrow{display:block}}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--muted:#444;--line:#ccc;--bar:#3568c8;--link:#000;
--good:#16734a;--warn:#8a5300;--bad:#b3261e;--good-bg:#fff;--warn-bg:#fff;--bad-bg:#fff}
body{font-size:11pt}main{max-width:none;padding:0}.badge{border:1px solid currentColor}
section{break-inside:avoid;padding:12px 14px;margin-bottom:12px}section:has(details[open]){break-inside:auto}figure,tr{break-inside:avoid}h2{break-after:avoid}
.sections .half{flex-basis:250px}table{font-size:9.5pt}th{font-size:8.5pt}th,td{padding:1.5px 0}.note{margin-bottom:8px}
.wide{display:block}.narrow{display:none}details:not([open]){display:none}
.tiles{grid-template-columns:repeat(5,1fr)}.tiles dd{font-size:15pt}
svg{-webkit-print-color-adjust:exact;print-color-adjust:exact}}
@page{margin:14mm}
`;
