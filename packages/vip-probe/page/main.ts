/**
 * Draws the picture that the page carries, and draws it again when the screen changes from light to dark or gets
 * another width. Runs in a browser.
 *
 * @module
 */
import { CustomChart } from "echarts/charts";
import { DataZoomComponent, GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Picture } from "../src/report/picture.ts";
import { readColours } from "./colours.ts";
import { chartHeight, chartOption } from "./option.ts";

use([CustomChart, DataZoomComponent, GridComponent, TooltipComponent, SVGRenderer]);

const picture = JSON.parse(document.getElementById("picture")!.textContent!) as Picture;
const place = document.getElementById("chart")!;
place.style.height = `${chartHeight(picture)}px`;
const chart = init(place, null, { renderer: "svg" });
const draw = (): void => {
  chart.setOption(chartOption(picture, readColours()));
};
draw();
window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
window.addEventListener("resize", () => chart.resize());
