import { BarChart, type BarSeriesOption } from 'echarts/charts';
import { GridComponent, type GridComponentOption } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import type { Statistics } from '../author/reduce.ts';
import { number } from './format.ts';

echarts.use([BarChart, GridComponent, SVGRenderer]);

type Option = echarts.ComposeOption<BarSeriesOption | GridComponentOption>;

/** Colours as SVG attributes take them: literal, or CSS variables of the page the chart stands in. */
export interface ChartTheme {
  readonly bar: string;
  readonly text: string;
  readonly line: string;
  /** In CSS pixels. */
  readonly fontSize: number;
}

/** The page says what these are, in light and in dark. */
export const PAGE_THEME: ChartTheme = { bar: 'var(--bar)', text: 'var(--muted)', line: 'var(--line)', fontSize: 12 };

export interface ChartSize {
  /** In CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** A histogram as SVG. Buckets are drawn equally wide, whatever they span: the axis names their bounds. */
export function histogramSvg(
  { histogram, value }: Pick<Statistics, 'histogram' | 'value'>,
  { width, height }: ChartSize,
  theme: ChartTheme = PAGE_THEME,
): string {
  const bounds = [...histogram.map(({ from }) => from), ...histogram.slice(-1).map(({ to }) => to)];
  const em = theme.fontSize / 12;
  // Labels stand far enough apart never to touch.
  const every = Math.max(1, Math.ceil((bounds.length * 52 * em) / (width - 70)));
  const option: Option = {
    animation: false,
    grid: { left: 56 * em, right: 22, top: 14, bottom: 28 * em },
    xAxis: {
      type: 'value',
      min: 0,
      max: histogram.length,
      interval: 1,
      splitLine: { show: false },
      axisLine: { show: true, lineStyle: { color: theme.line } },
      axisTick: { show: true, lineStyle: { color: theme.line } },
      axisLabel: {
        color: theme.text,
        hideOverlap: false,
        formatter: (i: number) => (i % every === 0 ? number(bounds[i] ?? null) : ''),
      },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      axisLine: { show: false },
      axisTick: { show: false },
      splitNumber: 4,
      splitLine: { lineStyle: { color: theme.line } },
      axisLabel: { color: theme.text, formatter: (count: number) => number(count) },
    },
    series: [
      {
        type: 'bar',
        data: histogram.map(({ count }, i) => [i + 0.5, count]),
        barWidth: '92%',
        itemStyle: { color: theme.bar, borderRadius: [2, 2, 0, 0] },
        emphasis: { disabled: true },
        silent: true,
      },
    ],
  };
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    const label = attribute(`Histogram of ${value}`);
    return chart
      .renderToSVGString()
      .replaceAll(NOISE, '')
      .replace(/^<svg /, `<svg role="img" aria-label="${label}" font-size="${theme.fontSize}" font-family="${FONTS}" `);
  } finally {
    chart.dispose();
  }
}

const FONTS = 'Lato,system-ui,sans-serif';

/**
 * What only a live chart needs: hover styles, event data. Style attributes go too, the page's policy allows none; and so do class names,
 * which count up per process: the same report must give the same bytes.
 */
const NOISE = /<style[\s\S]*?<\/style>\s*| (?:style|class|pointer-events|ecmeta_\w+)="[^"]*"/g;

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
