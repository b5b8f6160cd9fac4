/** Long command lines in pieces that a shell takes as one. */

/** What a terminal of 80 columns leaves beside the margin of a man page. */
const LINE_MAX = 71;
const INDENT = "    ";

/** @returns the lines: broken after the bars of a pipe, and between words where that is not enough. */
export function breakCommand(command) {
  if (command.length <= LINE_MAX) return [command];
  const stages = [[]];
  for (const word of wordsOf(command)) {
    stages.at(-1).push(word);
    if (word === "|") stages.push([]);
  }
  return stages.flatMap((words, n) => breakStage(words, n === 0 ? "" : INDENT));
}

/** Cut at blanks that are in no quotes. */
function wordsOf(command) {
  return command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g);
}

/** A line without a bar at its end needs a backslash. */
function breakStage(words, indent) {
  const lines = [];
  for (const piece of withValues(words)) {
    const longer = lines.length === 0 ? `${indent}${piece}` : `${lines.at(-1)} ${piece}`;
    if (lines.length === 0 || longer.length <= LINE_MAX - 2) lines.splice(-1, 1, longer);
    else lines.push(`${indent}${INDENT}${piece}`);
  }
  return lines.map((line, n) => (n < lines.length - 1 ? `${line} \\` : line));
}

/** An option stays with its value, and a bar or an arrow with what is beside it. */
function withValues(words) {
  const pieces = [];
  for (const [n, word] of words.entries())
    if (n > 0 && (word === "|" || /^(-|>)/.test(words[n - 1])) && !word.startsWith("-"))
      pieces.push(`${pieces.pop()} ${word}`);
    else pieces.push(word);
  return pieces;
}
