/**
 * The whole chart: a grid of router lanes above, one grid for each client below, one time axis for all.
 *
 * @module
 */
import type { EChartsCoreOption } from "echarts/core";
import type { ClientLane, Picture } from "../src/report/picture.ts";
import { clientSeries } from "./client-series.ts";
import type { Colours } from "./colours.ts";
import { routerSeries } from "./router-series.ts";

const LANE_HEIGHT = 52;
const CLIENT_HEIGHT = 150;
const GAP = 44;
const TOP = 30;
/** For the axis' name and the slider. */
const BOTTOM = 96;
const LEFT = 130;

interface Grid {
  readonly top: number;
  readonly height: number;
}

function gridsOf({ routers, clients }: Picture): Grid[] {
  const heights = [
    ...(routers.length > 0 ? [routers.length * LANE_HEIGHT] : []),
    ...clients.map(() => CLIENT_HEIGHT),
  ];
  let top = TOP;
  return heights.map((height) => {
    const grid = { top, height };
    top += height + GAP;
    return grid;
  });
}

/** In pixels. */
export function chartHeight(picture: Picture): number {
  const last = gridsOf(picture).at(-1);
  return (last === undefined ? TOP : last.top + last.height) + BOTTOM;
}

export function chartOption(picture: Picture, colours: Colours): EChartsCoreOption {
  const { routers, clients } = picture;
  const grids = gridsOf(picture);
  const all = grids.map((_, n) => n);
  const hasRouters = routers.length > 0;
  return {
    animation: false,
    textStyle: { color: colours.ink, fontFamily: 'system-ui, "DejaVu Sans", sans-serif' },
    grid: grids.map(({ top, height }) => ({ top, height, left: LEFT, right: 24 })),
    xAxis: all.map((n) => timeAxis(picture, colours, n, n === grids.length - 1)),
    yAxis: [
      ...(hasRouters ? [laneAxis(picture, colours)] : []),
      ...clients.map((client, n) => answerAxis(client, colours, n + (hasRouters ? 1 : 0))),
    ],
    series: [
      ...(hasRouters ? routerSeries(picture, colours) : []),
      ...clients.flatMap((client, n) => clientSeries(client, colours, n + (hasRouters ? 1 : 0))),
    ],
    tooltip: {
      trigger: "item",
      renderMode: "richText",
      confine: true,
      backgroundColor: colours.paper,
      borderColor: colours.rule,
      textStyle: { color: colours.ink, fontSize: 13 },
    },
    dataZoom: [
      { type: "inside", xAxisIndex: all, filterMode: "none" },
      { ...slider(colours), xAxisIndex: all },
    ],
  };
}

/** Drag its ends to look closer; the wheel does so too. */
function slider(colours: Colours): object {
  return {
    type: "slider",
    filterMode: "none",
    bottom: 14,
    height: 18,
    left: LEFT,
    right: 24,
    showDetail: true,
    brushSelect: false,
    borderColor: colours.rule,
    fillerColor: `${colours.active}22`,
    handleStyle: { color: colours.paper, borderColor: colours.soft },
    moveHandleStyle: { color: colours.rule },
    textStyle: { color: colours.soft },
    labelFormatter: (ms: number) => `${seconds(ms)} s`,
  };
}

function timeAxis(
  { lengthMs, beginsAt, clockOf }: Picture,
  colours: Colours,
  n: number,
  isLast: boolean,
): object {
  return {
    type: "value",
    gridIndex: n,
    min: 0,
    max: lengthMs,
    splitNumber: 10,
    axisLabel: { show: isLast, formatter: seconds, color: colours.soft, showMaxLabel: false },
    axisLine: { lineStyle: { color: colours.rule } },
    axisTick: { show: isLast },
    splitLine: { lineStyle: { color: colours.rule, opacity: 0.6 } },
    name: isLast
      ? `seconds since ${beginsAt.slice(0, 23).replace("T", " ")} UTC, by the clock of ${clockOf}`
      : "",
    nameLocation: "middle",
    nameGap: 28,
    nameTextStyle: { color: colours.soft, fontSize: 13 },
  };
}

function laneAxis({ routers }: Picture, colours: Colours): object {
  return {
    type: "category",
    gridIndex: 0,
    inverse: true,
    data: routers.map(({ label }) => label),
    name: "routers: state; below it what is owned and announced",
    nameLocation: "start",
    nameGap: 9,
    nameTextStyle: { color: colours.ink, fontSize: 13, align: "left" },
    axisLabel: { color: colours.ink, fontSize: 14, width: LEFT - 20, overflow: "truncate", interval: 0 },
    axisLine: { lineStyle: { color: colours.rule } },
    axisTick: { show: false },
    splitLine: { show: true, lineStyle: { color: colours.rule } },
  };
}

/** Answers take from a hundredth of a millisecond to seconds: whole powers of ten around them. */
function answerAxis({ label, asks }: ClientLane, colours: Colours, n: number): object {
  const quickest = Math.min(...asks.map(({ quickestMs }) => quickestMs ?? Number.POSITIVE_INFINITY));
  const slowest = Math.max(...asks.map(({ slowestMs }) => slowestMs ?? 0));
  const [least, most] = slowest === 0 ? [1, 10] : [Math.max(0.001, quickest), Math.max(0.01, slowest)];
  return {
    type: "log",
    gridIndex: n,
    min: 10 ** Math.floor(Math.log10(least)),
    max: 10 ** (Math.floor(Math.log10(most)) + 1),
    name: `${label}: answer time in ms, logarithmic`,
    nameLocation: "end",
    nameGap: 9,
    nameTextStyle: { color: colours.ink, fontSize: 13, align: "left" },
    axisLabel: { color: colours.soft, formatter: (ms: number) => String(Number(ms.toPrecision(3))) },
    axisLine: { show: true, lineStyle: { color: colours.rule } },
    splitLine: { lineStyle: { color: colours.rule, opacity: 0.6 } },
  };
}

/** As many digits as say something. */
function seconds(ms: number): string {
  return String(Number((ms / 1000).toFixed(4)));
}
