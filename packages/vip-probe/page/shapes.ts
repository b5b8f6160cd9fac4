/**
 * The shapes that spans, marks and asks are drawn as, in pixels.
 *
 * @module
 */
import type { CustomSeriesOption } from "echarts/charts";
import { graphic } from "echarts/core";

export type RenderItem = NonNullable<CustomSeriesOption["renderItem"]>;
type Api = Parameters<RenderItem>[1];
type Params = Parameters<RenderItem>[0];

/** What is shorter in time is still seen. */
const WIDTH_MIN = 2;

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function areaOf(params: Params): Area {
  return params.coordSys as unknown as Area;
}

/** @returns a bar from one time to another, at most as wide as the grid; undefined outside of it. */
export function bar(
  params: Params,
  api: Api,
  [fromMs, toMs]: readonly [number, number],
  [top, height]: readonly [number, number],
  style: { readonly fill: string; readonly opacity?: number },
): ReturnType<RenderItem> {
  const left = api.coord([fromMs, 0])[0]!;
  const right = api.coord([toMs, 0])[0]!;
  const shape = { x: left, y: top, width: Math.max(WIDTH_MIN, right - left), height };
  const clipped = graphic.clipRectByRect(shape, areaOf(params));
  if (clipped === undefined) return undefined;
  return { type: "rect", shape: clipped, style };
}

/** @returns a diamond around a moment; undefined outside of the grid. */
export function diamond(params: Params, x: number, y: number, fill: string): ReturnType<RenderItem> {
  const area = areaOf(params);
  if (x < area.x || x > area.x + area.width) return undefined;
  const reach = 6;
  const points = [
    [x, y - reach],
    [x + reach, y],
    [x, y + reach],
    [x - reach, y],
  ];
  return { type: "polygon", shape: { points }, style: { fill } };
}
