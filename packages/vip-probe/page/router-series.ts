/**
 * Router lanes: the state above, what is owned below it, announcements on that, outages of the clients behind all.
 *
 * @module
 */
import type { CustomSeriesOption } from "echarts/charts";
import type { Picture } from "../src/report/picture.ts";
import type { Colours } from "./colours.ts";
import { areaOf, bar, diamond, type RenderItem } from "./shapes.ts";
import { period } from "./words.ts";

/** Parts of a lane's height, from its top. */
const STATE = [0.14, 0.4] as const;
const OWNED = [0.66, 0.14] as const;
const PALE = 0.3;

/** Places of the values in a data item; after them, up to when it is known. */
const [FROM, TO, LANE] = [0, 1, 2];

export function routerSeries({ routers, clients }: Picture, colours: Colours): CustomSeriesOption[] {
  const states = routers.flatMap(({ label, states: spans }, lane) =>
    spans.map(({ fromMs, toMs, knownToMs, state, reason }) => ({
      value: [fromMs, toMs, lane, knownToMs],
      colour: colourOf(state, colours),
      tip: `${label}: ${state} (${reason})\n${period(fromMs, toMs)}`,
    })),
  );
  const owned = routers.flatMap(({ label, owned: spans }, lane) =>
    spans.map(({ fromMs, toMs, knownToMs, mac, end }) => ({
      value: [fromMs, toMs, lane, knownToMs],
      colour: colours.owned,
      tip: `${label}: owns the address with ${mac}${end === "fenced" ? ", then muted by the kernel" : ""}\n${period(fromMs, toMs)}`,
    })),
  );
  const announced = routers.flatMap(({ label, announced: marks }, lane) =>
    marks.map(({ fromMs, toMs, frames }) => ({
      value: [fromMs, toMs, lane, toMs],
      colour: colours.announced,
      tip: `${label}: ${frames} announcements\n${period(fromMs, toMs)}`,
    })),
  );
  const outages = clients.flatMap(({ outages: spans }) =>
    spans.map(({ fromMs, toMs }) => ({ value: [fromMs, toMs, 0, toMs], colour: colours.outage, tip: "" })),
  );
  return [
    { ...common("outages", outages, shadeOf(colours)), silent: true, z: 1 },
    common("states", states, spansAt(STATE, states)),
    common("owned", owned, spansAt(OWNED, owned)),
    common("announced", announced, marksOf(announced)),
  ];
}

interface Item {
  readonly value: readonly number[];
  readonly colour: string;
  readonly tip: string;
}

function common(name: string, data: readonly Item[], renderItem: RenderItem): CustomSeriesOption {
  return {
    type: "custom",
    name,
    xAxisIndex: 0,
    yAxisIndex: 0,
    clip: true,
    data: data as unknown as NonNullable<CustomSeriesOption["data"]>,
    renderItem,
    encode: { x: [FROM!, TO!], y: LANE! },
    tooltip: { formatter: (item: unknown) => (item as { data: Item }).data.tip },
  };
}

/** Pale where the log says nothing more. */
function spansAt([top, height]: readonly [number, number], items: readonly Item[]): RenderItem {
  return (params, api) => {
    const { value, colour } = items[params.dataIndex]!;
    const [fromMs, toMs, , knownToMs] = value as [number, number, number, number];
    const [y, thick] = placeOf(api, value[LANE!]!, top, height);
    const sureToMs = Math.min(toMs, Math.max(fromMs, knownToMs));
    const children = [
      bar(params, api, [fromMs, sureToMs], [y, thick], { fill: colour }),
      ...(sureToMs < toMs
        ? [bar(params, api, [sureToMs, toMs], [y, thick], { fill: colour, opacity: PALE })]
        : []),
    ].filter((child) => child !== undefined && child !== null);
    return { type: "group", children: children as never };
  };
}

function marksOf(items: readonly Item[]): RenderItem {
  return (params, api) => {
    const { value, colour } = items[params.dataIndex]!;
    const [y, thick] = placeOf(api, value[LANE!]!, ...OWNED);
    return diamond(params, api.coord([value[FROM!]!, 0])[0]!, y + thick / 2, colour);
  };
}

function shadeOf(colours: Colours): RenderItem {
  return (params, api) => {
    const { y, height } = areaOf(params);
    const span = [Number(api.value(FROM!)), Number(api.value(TO!))] as const;
    return bar(params, api, span, [y, height], { fill: colours.outage, opacity: 0.16 });
  };
}

/** @returns top and height of a part of a lane, in pixels. */
function placeOf(
  api: Parameters<RenderItem>[1],
  lane: number,
  top: number,
  height: number,
): readonly [number, number] {
  const laneHeight = (api.size!([0, 1]) as number[])[1]!;
  const middle = api.coord([0, lane])[1]!;
  return [middle - laneHeight / 2 + top * laneHeight, height * laneHeight];
}

function colourOf(state: string, colours: Colours): string {
  if (state === "active") return colours.active;
  return state === "backup" ? colours.backup : colours.initialize;
}
