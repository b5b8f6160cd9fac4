/**
 * The table of figures in the README: pure.
 *
 * @module
 */
import type { Figures } from "./figures.ts";
import type { Row } from "./report.ts";
import { cellsOf, figure, GROWTH_HEADINGS, growthCellsOf, HEADINGS, warningsOf } from "./words.ts";

const BEGIN = "<!-- generated: npm run bench -- --readme -->";
const END = "<!-- end of what is generated -->";

/** @returns the page with its table replaced. @throws {Error} if the page has no place for it. */
export function replaceFigures(page: string, figures: Figures): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new Error(`the page needs the lines "${BEGIN}" and "${END}"`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${formatFigures(figures)}\n\n${page.slice(end)}`;
}

export function formatFigures(figures: Figures): string {
  const rows = figures.rows.filter(({ isDetail, isMet }) => isDetail !== true || isMet === false);
  const parts = [describeRun(figures), markdown(HEADINGS, rows.map(markdownCells))];
  const growth = figures.growth.filter((row) => row.isShown || warningsOf([row]).length > 0);
  if (growth.length > 0) parts.push(markdown(GROWTH_HEADINGS, growth.map(growthCellsOf)));
  if (figures.failed.length > 0) parts.push(`Not measured, because it failed: ${figures.failed.join("; ")}.`);
  return [...parts, ...warningsOf(figures.growth)].join("\n\n");
}

/** What stands above is not said again; what is not as it should be is seen first. */
function markdownCells(row: Row, n: number, rows: readonly Row[]): string[] {
  const [what, ...cells] = cellsOf(row);
  const last = cells.pop()!;
  const isSaid = rows[n - 1]?.what === row.what;
  return [isSaid ? "" : what!, ...cells, row.isMet === false ? `**${last}**` : last];
}

function describeRun({ date, machine, isQuick, rows }: Figures): string {
  const { cpu, cores, kernel, node, load, others } = machine;
  const judged = rows.filter(({ isMet }) => isMet !== undefined);
  const missed = judged.filter(({ isMet }) => isMet === false).length;
  const versions = Object.entries(others).map(([name, version]) => `${name} ${version}`);
  return [
    `Measured on ${date}: ${cpu}, ${cores} cores, Linux ${kernel}, Node ${node}, load ${figure(load)} at the start;`,
    `beside ${versions.join(", ")}.`,
    `Medians, and in brackets the least and the most; of ratios the middle half of the rounds.`,
    `${missed} of ${judged.length} targets missed.${isQuick ? " A quick run: few rounds." : ""}`,
  ].join("\n");
}

function markdown(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headings, headings.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
