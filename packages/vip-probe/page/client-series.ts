/**
 * A client's grid: the answer time of each ask, lost asks at its top, its outages shaded.
 *
 * @module
 */
import type { CustomSeriesOption } from "echarts/charts";
import type { AskBar, ClientLane } from "../src/report/picture.ts";
import type { Colours } from "./colours.ts";
import { areaOf, bar, type RenderItem } from "./shapes.ts";
import { length, period } from "./words.ts";

const LOST_HEIGHT = 10;
const DOT = 3;
/** A log axis has no place for 0. */
const QUICKEST_MS = 0.001;

export function clientSeries(client: ClientLane, colours: Colours, grid: number): CustomSeriesOption[] {
  const outages = client.outages.map((outage) => ({
    value: [outage.fromMs, QUICKEST_MS, outage.toMs],
    tip: `outage of ${length(outage.toMs - outage.fromMs)}${outage.isOver ? "" : ", not over"}\n${period(outage.fromMs, outage.toMs)}`,
  }));
  const answered = client.asks.filter(({ slowestMs }) => slowestMs !== undefined);
  const lost = client.asks.filter(({ lost: count }) => count > 0);
  return [
    { ...common("outages", grid, outages, shadeOf(outages, colours)), encode: { x: [0, 2] }, z: 1 },
    {
      ...common("answers", grid, answered.map(answerItem), answersOf(answered, colours)),
      encode: { x: 0, y: 1 },
    },
    { ...common("lost", grid, lost.map(lostItem), lostOf(lost, colours)), encode: { x: 0 } },
  ];
}

interface Item {
  readonly value: readonly number[];
  readonly tip: string;
}

function answerItem({ fromMs, toMs, asks, lost, quickestMs = 0, slowestMs = 0 }: AskBar): Item {
  const times =
    quickestMs === slowestMs ? length(slowestMs) : `${length(quickestMs)} to ${length(slowestMs)}`;
  const count = asks - lost === 1 ? "answer" : `${asks - lost} answers`;
  return {
    value: [fromMs, Math.max(QUICKEST_MS, slowestMs), toMs],
    tip: `${count} in ${times}\n${period(fromMs, toMs)}`,
  };
}

function lostItem({ fromMs, toMs, lost }: AskBar): Item {
  return { value: [fromMs, QUICKEST_MS, toMs], tip: `${lost} lost\n${period(fromMs, toMs)}` };
}

function common(
  name: string,
  grid: number,
  data: readonly Item[],
  renderItem: RenderItem,
): CustomSeriesOption {
  return {
    type: "custom",
    name,
    xAxisIndex: grid,
    yAxisIndex: grid,
    clip: true,
    data: data as unknown as NonNullable<CustomSeriesOption["data"]>,
    renderItem,
    tooltip: { formatter: (item: unknown) => (item as { data: Item }).data.tip },
  };
}

function shadeOf(outages: readonly Item[], colours: Colours): RenderItem {
  return (params, api) => {
    const [fromMs, , toMs] = outages[params.dataIndex]!.value as [number, number, number];
    const { y, height } = areaOf(params);
    return bar(params, api, [fromMs, toMs], [y, height], { fill: colours.outage, opacity: 0.16 });
  };
}

/** From the quickest to the slowest one: a dot where it is one ask. */
function answersOf(asks: readonly AskBar[], colours: Colours): RenderItem {
  return (params, api) => {
    const { fromMs, toMs, quickestMs = 0, slowestMs = 0 } = asks[params.dataIndex]!;
    const top = api.coord([fromMs, Math.max(QUICKEST_MS, slowestMs)])[1]!;
    const bottom = api.coord([fromMs, Math.max(QUICKEST_MS, quickestMs)])[1]!;
    const height = Math.max(DOT, bottom - top);
    return bar(params, api, [fromMs, toMs], [(top + bottom - height) / 2, height], { fill: colours.answer });
  };
}

function lostOf(asks: readonly AskBar[], colours: Colours): RenderItem {
  return (params, api) => {
    const { fromMs, toMs } = asks[params.dataIndex]!;
    return bar(params, api, [fromMs, toMs], [areaOf(params).y, LOST_HEIGHT], { fill: colours.lost });
  };
}
