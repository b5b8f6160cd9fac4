/**
 * Text in lines of one width behind a label: pure.
 *
 * @module
 */

const COLUMNS = 100;
const LABEL_COLUMNS = 9;
const CUT = "…";

/** @param label in the first line; empty for none. @returns at most `most` lines; what is cut ends with a mark. */
export function wrap(label: string, text: string, most: number): string[] {
  const indent = " ".repeat(LABEL_COLUMNS);
  const isTitle = label === "" && most === 1;
  const first = isTitle ? "" : label.padEnd(LABEL_COLUMNS);
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of text.split(/\s+/).filter((piece) => piece !== "")) {
    if (!isEmpty && line.length + 1 + word.length > COLUMNS) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  lines.push(line);
  const shown = lines.slice(0, most).map(fit);
  if (lines.length > most) shown[most - 1] = cut(shown[most - 1]!);
  return shown;
}

/** At a word: half of one may say something else. */
function cut(line: string): string {
  const room = COLUMNS - CUT.length - 1;
  if (line.length <= room) return `${line} ${CUT}`;
  const end = line.lastIndexOf(" ", room);
  return `${line.slice(0, end > LABEL_COLUMNS ? end : room)} ${CUT}`;
}

/** A single word may be longer than a line. */
function fit(line: string): string {
  return line.length > COLUMNS ? `${line.slice(0, COLUMNS - 1)}${CUT}` : line;
}
