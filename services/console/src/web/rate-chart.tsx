import { useComputedColorScheme } from '@mantine/core';
import { LineChart } from 'echarts/charts';
import { AriaComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { init, use, type ECharts } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';
import { formatCount } from './decimal.js';
import { PACE_WINDOW_MS, type Pace } from './use-pace.js';

use([LineChart, GridComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

const COLORS = {
  light: {
    line: '#047784',
    area: 'rgba(4,119,132,0.10)',
    text: '#5c6770',
    grid: '#e6eaec',
    panel: '#ffffff',
    ink: '#1c2329',
  },
  dark: {
    line: '#51abb6',
    area: 'rgba(81,171,182,0.16)',
    text: '#98a4ad',
    grid: '#2c343a',
    panel: '#232a2f',
    ink: '#e6eaec',
  },
} as const;

/** The axis grows with what was seen, from here to five minutes. */
const LEAST_WINDOW_MS = 20_000;

/** Messages per second over the last five minutes, as far as the page has seen them. */
export function RateChart({ points }: { points: readonly Pace[] }) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts | null>(null);
  const scheme = useComputedColorScheme('light');

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const made = init(element);
    chart.current = made;
    const resize = new ResizeObserver(() => made.resize());
    resize.observe(element);
    return () => {
      resize.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    const colors = COLORS[scheme];
    const lastMs = points.at(-1)?.atMs ?? Date.now();
    chart.current?.setOption({
      animation: false,
      aria: { enabled: true },
      grid: { left: 4, right: 10, top: 12, bottom: 2, containLabel: true },
      tooltip: {
        trigger: 'axis',
        backgroundColor: colors.panel,
        borderColor: colors.grid,
        textStyle: { color: colors.ink, fontSize: 12 },
        axisPointer: { lineStyle: { color: colors.text } },
        valueFormatter: (value: unknown) => `${formatCount(Number(value))} messages`,
      },
      xAxis: {
        type: 'time',
        min: Math.max(lastMs - PACE_WINDOW_MS, Math.min(points[0]?.atMs ?? lastMs, lastMs - LEAST_WINDOW_MS)),
        max: lastMs,
        axisLine: { lineStyle: { color: colors.grid } },
        axisTick: { show: false },
        axisLabel: { color: colors.text, fontSize: 11, hideOverlap: true, formatter: '{HH}:{mm}:{ss}' },
        splitLine: { show: false },
      },
      yAxis: {
        type: 'value',
        min: 0,
        minInterval: 1,
        splitNumber: 4,
        axisLabel: { color: colors.text, fontSize: 11 },
        splitLine: { lineStyle: { color: colors.grid } },
      },
      series: [
        {
          name: 'Per second',
          type: 'line',
          showSymbol: false,
          data: points.map((point) => [point.atMs, point.perSec]),
          lineStyle: { color: colors.line, width: 2 },
          itemStyle: { color: colors.line },
          areaStyle: { color: colors.area },
        },
      ],
    });
  }, [points, scheme]);

  const peak = points.reduce((highest, point) => Math.max(highest, point.perSec), 0);
  return (
    <div ref={place} role="img" aria-label={`Messages per second, peak ${formatCount(peak)}`} style={{ height: 260 }} />
  );
}
