/**
 * Sets of numbers as people write them: `200,301-302`, `2-`, and what a number has to be: `< 5`. Pure.
 *
 * @module
 */

export interface NumberRange {
  readonly least: number;
  readonly most: number;
}

const RANGE = /^(\d{1,9})(?:(-)(\d{1,9})?)?$/;

/**
 * Reads `2`, `2-5`, `2-` or several with commas between.
 *
 * @param open whether a single number means "or more". @throws {SyntaxError} with what is needed.
 */
export function parseRanges(text: string, open = false): NumberRange[] {
  return text.split(",").map((part) => {
    const [, first, dash, last] = RANGE.exec(part.trim()) ?? [];
    const least = Number(first);
    const fallback = dash !== undefined || open ? Number.POSITIVE_INFINITY : least;
    const most = last === undefined ? fallback : Number(last);
    if (first === undefined || most < least)
      throw new SyntaxError(`is "${text}": needs numbers and ranges, like 2, 2-5 or 200,301-302`);
    return { least, most };
  });
}

export function isWithin(ranges: readonly NumberRange[], number: number): boolean {
  return ranges.some(({ least, most }) => number >= least && number <= most);
}

const COMPARISON = /^(<|<=|==|!=|>=|>)\s*([+-]?\d{1,15}(?:\.\d{1,9})?)$/;
const OPERATORS: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">=": (a, b) => a >= b,
  ">": (a, b) => a > b,
};

/** Reads `>= 3`. @returns whether a number is so. @throws {SyntaxError} with what is needed. */
export function parseComparison(text: string): (number: number) => boolean {
  const [, operator, number] = COMPARISON.exec(text.trim()) ?? [];
  const compare = OPERATORS[operator ?? ""];
  if (compare === undefined)
    throw new SyntaxError(`is "${text}": needs <, <=, ==, !=, >= or > and a number, like "< 5"`);
  return (seen) => compare(seen, Number(number));
}
