/**
 * Plain tables for people.
 *
 * @module
 */

/** @param rows cells as text; the first row is the heading. Numbers stand to the right. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]!) : cell.padStart(widths[n]!))).join("  "),
  );
  return [lines[0], widths.map((width) => "-".repeat(width)).join("  "), ...lines.slice(1)].join("\n");
}

/** @returns the number with one digit after the point, or "-" if there is none. */
export function cell(value: number | undefined): string {
  return value === undefined ? "-" : value.toFixed(1);
}
