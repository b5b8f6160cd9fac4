/**
 * What the RFCs ask for, row by row, in this project's own words: `requirements.txt`.
 *
 * @module
 */

/** "NOT" is part of the wording: a duty is one, whatever it forbids. ADV is advice of ours and no demand. */
export const LEVELS = ["MUST", "SHOULD", "MAY", "DEF", "ADV"] as const;
export type Level = (typeof LEVELS)[number];

export interface Requirement {
  /** Stays what it is: tests are named after it. */
  readonly id: string;
  /** Of the RFC that its chapter names. */
  readonly section: string;
  readonly level: Level;
  readonly text: string;
}

export interface Chapter {
  readonly title: string;
  readonly requirements: readonly Requirement[];
}

/** Also matches what only looks like an id, so that a slip of the pen is found. */
export const ID_PATTERN = /(?<![\w-])(?:V[23]|SM|ND|ARP|ACD)-[0-9A-Za-z.]*[0-9A-Za-z](?:-[0-9a-z]+)*/g;

/** @throws {SyntaxError} naming the line. */
export function parseRequirements(text: string): Chapter[] {
  const chapters: { title: string; requirements: Requirement[] }[] = [];
  for (const [n, line] of text.split("\n").entries()) {
    if (line === "") continue;
    if (line.startsWith("# ")) chapters.push({ title: line.slice(2), requirements: [] });
    else chapters.at(-1)!.requirements.push(parseRow(line, n + 1));
  }
  const ids = chapters.flatMap(({ requirements }) => requirements.map(({ id }) => id));
  const twice = ids.find((id, n) => ids.indexOf(id) < n);
  if (twice !== undefined) throw new SyntaxError(`${twice} is there twice`);
  return chapters;
}

function parseRow(line: string, number: number): Requirement {
  const [id = "", section = "", level = "", text, ...rest] = line.split(" | ");
  const isWhole = text !== undefined && rest.length === 0 && LEVELS.includes(level as Level);
  if (!isWhole) throw new SyntaxError(`Cannot read requirement in line ${number}: ${line.slice(0, 60)}`);
  return { id, section, level: level as Level, text };
}
