/**
 * What a report's chart has become in a browser: its shapes, by colour and place.
 *
 * @module
 */

/** From left to right and from top to bottom, in pixels of the chart. */
export interface DrawnBar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const BAR =
  /<path d="M([\d.]+) ([\d.]+)l([\d.]+) 0l0 ([\d.]+)l-[\d.]+ 0Z" fill="(#[0-9a-f]+)"( fill-opacity="[\d.]+")?/g;
const DIAMOND =
  /<path d="M([\d.]+) ([\d.]+)L[\d.]+ [\d.]+L[\d.]+ [\d.]+L[\d.]+ [\d.]+Z" fill="(#[0-9a-f]+)"/g;

/** @param dom of the page, the chart drawn as SVG. @param isPale those that are seen through. */
export function drawnBars(dom: string, colour: string, isPale = false): DrawnBar[] {
  return [...dom.matchAll(BAR)]
    .filter(([, , , , , fill, opacity]) => fill === colour && (opacity !== undefined) === isPale)
    .map(([, x, y, width, height]) => ({
      x: Number(x),
      y: Number(y),
      width: Number(width),
      height: Number(height),
    }));
}

/** @returns the top of each mark of a colour. */
export function drawnMarks(dom: string, colour: string): Pick<DrawnBar, "x" | "y">[] {
  return [...dom.matchAll(DIAMOND)]
    .filter(([, , , fill]) => fill === colour)
    .map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
}

/** Words in the chart, as they are read. */
export function drawnWords(dom: string): string[] {
  return [...dom.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text!);
}
