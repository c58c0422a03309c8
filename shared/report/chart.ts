import { BarChart, type BarSeriesOption, LineChart, type LineSeriesOption } from 'echarts/charts';
import { GridComponent, type GridComponentOption } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { SectionOf } from '../author/section.ts';
import { type Format, line, short } from './format.ts';
import { boundsOf, boundsWritten } from './sections/written.ts';

echarts.use([BarChart, LineChart, GridComponent, SVGRenderer]);

type Option = echarts.ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption>;

/** Colours as SVG attributes take them: literal, or CSS variables of the page the chart stands in. */
export interface ChartTheme {
  readonly bar: string;
  readonly text: string;
  readonly line: string;
  /** In CSS pixels. */
  readonly fontSize: number;
}

/** The page says what these are, in light and in dark. */
const PAGE_THEME: ChartTheme = { bar: 'var(--bar)', text: 'var(--muted)', line: 'var(--line)', fontSize: 12 };

/** A mail's picture brings its own light background, so that it reads alike in light and dark mail. */
const PICTURE_THEME: ChartTheme = { bar: '#3568c8', text: '#5b6676', line: '#e2e6ec', fontSize: 14 };

/** The same in the report's own colour. */
export const pictureTheme = ({ colour = PICTURE_THEME.bar }: Pick<Format, 'colour'>): ChartTheme => ({
  ...PICTURE_THEME,
  bar: colour,
});

const OTHER_LINES = ['#d9822b', '#2f9e6e', '#b8559b', '#8a6fd8', '#c0453b'] as const;

/** The colour of a series' n-th line; from the seventh on they come again. */
export function lineColour(n: number, theme: ChartTheme = PAGE_THEME): string {
  return [theme.bar, ...OTHER_LINES][n % (OTHER_LINES.length + 1)] ?? theme.bar;
}

export interface ChartSize {
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** A histogram as SVG. Buckets are drawn equally wide, whatever they span: the axis names their bounds. */
export function histogramSvg(
  { buckets, title }: Pick<SectionOf<'histogram'>, 'buckets' | 'title'>,
  size: ChartSize,
  format: Format,
  theme: ChartTheme = PAGE_THEME,
): string {
  const bounds = boundsOf(buckets);
  const labels = axisLabels(bounds, format);
  const every = labelEvery(bounds.length, size, theme);
  const axis = axisLook(theme);
  const option: Option = {
    ...frame(theme),
    xAxis: {
      type: 'value',
      min: 0,
      max: buckets.length,
      interval: 1,
      splitLine: { show: false },
      ...axis,
      axisLabel: {
        color: theme.text,
        hideOverlap: false,
        formatter: (i: number) => (i % every === 0 ? (labels[i] ?? '') : ''),
      },
    },
    yAxis: { minInterval: 1, ...valueAxis(theme, format) },
    series: [
      {
        type: 'bar',
        data: buckets.map(({ count }, i) => [i + 0.5, count]),
        barWidth: '92%',
        itemStyle: { color: theme.bar, borderRadius: [2, 2, 0, 0] },
        emphasis: { disabled: true },
        silent: true,
      },
    ],
  };
  return svgOf(option, size, theme, `Histogram: ${title}`);
}

/** Bounds in short, as long as no two look the same. */
function axisLabels(bounds: readonly number[], format: Format): string[] {
  const labels = bounds.map(format.axisNumber);
  const say = boundsWritten(bounds, format);
  return new Set(labels).size === new Set(bounds).size ? labels : bounds.map((bound) => say(bound));
}

/** Lines over time or over names, as SVG. Which colour is whose ({@link lineColour}) is said beside it. */
export function seriesSvg(
  { x, lines, title }: Pick<SectionOf<'series'>, 'x' | 'lines' | 'title'>,
  size: ChartSize,
  format: Format,
  theme: ChartTheme = PAGE_THEME,
): string {
  const places = x.kind === 'time' ? x.at : x.names;
  const every = labelEvery(places.length, size, theme);
  const axis = axisLook(theme);
  // An axis ends above its largest value: near the end of the numbers' range there would be nothing.
  const isHuge = lines.some(({ values }) => values.some((value) => Math.abs(value ?? 0) > 1e300));
  const scale = isHuge ? 1e10 : 1;
  const option: Option = {
    ...frame(theme),
    useUTC: true,
    xAxis:
      x.kind === 'time'
        ? {
            type: 'time',
            splitLine: { show: false },
            splitNumber: Math.max(2, Math.floor(size.width / 130)),
            ...axis,
            axisLabel: {
              color: theme.text,
              hideOverlap: true,
              formatter: format.axisTime((x.at.at(-1) ?? 0) - (x.at[0] ?? 0)),
            },
          }
        : {
            type: 'category',
            data: [...x.names],
            ...axis,
            axisLabel: {
              color: theme.text,
              interval: (i: number) => i % every === 0,
              formatter: (name: string) => short(name, 8),
            },
          },
    yAxis: valueAxis(theme, format, scale),
    series: lines.map(({ values }, n) => ({
      type: 'line',
      data: values.map((value, i) => [x.kind === 'time' ? (x.at[i] ?? 0) : i, value === null ? null : value / scale]),
      lineStyle: { color: lineColour(n, theme), width: 2 },
      itemStyle: { color: lineColour(n, theme) },
      symbol: 'circle',
      symbolSize: 5,
      // A value between two gaps would not be seen.
      showSymbol: values.length <= 60,
      clip: false,
      emphasis: { disabled: true },
      silent: true,
    })),
  };
  return svgOf(option, size, theme, title);
}

const em = ({ fontSize }: ChartTheme) => fontSize / 12;

const frame = (theme: ChartTheme) =>
  ({
    animation: false,
    grid: { left: 56 * em(theme), right: 22, top: 14, bottom: 28 * em(theme) },
  }) satisfies Option;

const axisLook = ({ line }: ChartTheme) => ({
  axisLine: { show: true, lineStyle: { color: line } },
  axisTick: { show: true, lineStyle: { color: line } },
});

const valueAxis = ({ text, line }: ChartTheme, { axisNumber }: Format, scale = 1) =>
  ({
    type: 'value',
    axisLine: { show: false },
    axisTick: { show: false },
    splitNumber: 4,
    splitLine: { lineStyle: { color: line } },
    axisLabel: { color: text, formatter: (value: number) => axisNumber(value * scale) },
  }) as const;

/** Labels stand far enough apart never to touch. */
const labelEvery = (labels: number, { width }: ChartSize, theme: ChartTheme) =>
  Math.max(1, Math.ceil((labels * 52 * em(theme)) / (width - 70)));

function svgOf(option: Option, { width, height }: ChartSize, theme: ChartTheme, label: string): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    return chart
      .renderToSVGString()
      .replaceAll(NOISE, '')
      .replace(
        /^<svg /,
        () => `<svg role="img" aria-label="${attribute(label)}" font-size="${theme.fontSize}" font-family="${FONTS}" `,
      );
  } finally {
    chart.dispose();
  }
}

const FONTS = 'Lato,system-ui,sans-serif';

/**
 * What only a live chart needs: hover styles, event data, clips of what is drawn outside. Style attributes go too, the page's policy
 * allows none; and so do the names of classes and clips, which count up per process: the same report must give the same bytes.
 */
const NOISE = /<(style|defs)[\s\S]*?<\/\1>\s*| (?:style|class|clip-path|pointer-events|ecmeta_\w+)="[^"]*"/g;

function attribute(text: string): string {
  return line(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
