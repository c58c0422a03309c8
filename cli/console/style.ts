import { PAGE_STYLE } from '../../shared/report/page-style.ts';

/** The report's style, and what only the console has: live and dead alike look like one product. */
export const CONSOLE_STYLE = `${PAGE_STYLE}
.skip{position:absolute;left:-999em}.skip:focus{left:8px;top:8px;padding:6px 12px;background:var(--card);z-index:1}
body>nav{display:flex;flex-wrap:wrap;gap:4px 8px;align-items:baseline;max-width:960px;margin:0 auto;padding:14px 20px 0}
.lost{max-width:920px;margin:14px auto 0;padding:8px 16px;border-radius:8px;color:var(--warn);background:var(--warn-bg)}
.place{margin-left:auto;color:var(--muted);font-size:13px}
.badge{white-space:nowrap}.busy{color:var(--link);background:var(--page);border:1px solid var(--line)}
main{padding-top:20px}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
progress{appearance:none;display:block;width:100%;min-width:140px;height:10px;border:0;border-radius:5px;overflow:hidden;background:var(--line)}
progress::-webkit-progress-bar{background:var(--line)}
progress::-webkit-progress-value{background:var(--bar);border-radius:5px}
progress::-moz-progress-bar{background:var(--bar)}
small{color:var(--muted);font-size:13px;white-space:nowrap}
progress+small{display:block;margin:4px 0 0}section>progress+small{margin-bottom:12px}
td{vertical-align:top}.runs td{vertical-align:middle}
.runs td,.runs th{padding-right:12px}.runs th{white-space:nowrap}.runs td:first-child{overflow-wrap:anywhere}
.pair{display:flex;flex-wrap:wrap;gap:0 24px}.pair figure{flex:1 1 260px;min-width:0}.spark{height:80px}.spark polyline{fill:none;stroke:var(--bar);stroke-width:2;vector-effect:non-scaling-stroke}
figcaption.note{margin:0 0 4px}
.acts{display:flex;flex-wrap:wrap;gap:8px;margin:0 0 18px}
.button,button{display:inline-block;padding:8px 16px;border:1px solid var(--line);border-radius:8px;background:var(--card);color:var(--link);
font:inherit;font-weight:600;text-decoration:none;cursor:pointer}
.button:hover,button:hover{border-color:var(--link)}button.bad{border-color:currentColor;color:var(--bad);background:var(--bad-bg)}
fieldset{border:1px solid var(--line);border-radius:8px;margin:0 0 14px;padding:8px 14px}legend{color:var(--muted);font-size:13px;padding:0 4px}label.check{margin:4px 0}
form{margin:14px 0 0}label{display:block;margin:0 0 12px}label>span{display:block;color:var(--muted);font-size:13px}
input,select,textarea{font:inherit;padding:7px 10px;border:1px solid var(--muted);border-radius:8px;background:var(--page);color:var(--ink);max-width:100%}
.search{display:flex;flex-wrap:wrap;gap:8px 12px;align-items:end;margin:0 0 18px}.search label{margin:0}
pre{margin:6px 0 0;padding:10px 12px;background:var(--page);border:1px solid var(--line);border-radius:8px;overflow:auto;max-height:24em;
white-space:pre-wrap;overflow-wrap:anywhere;font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.plain{list-style:none;margin:8px 0 0;padding:0}.plain li{padding:4px 0}.plain .note{margin:0}
iframe{width:100%;height:75vh;border:1px solid var(--line);border-radius:10px;background:#fff}
@media (max-width:600px){body>nav{padding:12px 12px 0}}
@media print{body>nav,.acts,.search,form,.skip{display:none}.scroll{overflow:visible}}
`;
