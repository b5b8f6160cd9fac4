/**
 * Rules of arptables as words. Pure.
 *
 * @module
 */

export function without(rules: readonly string[], others: readonly string[]): string[] {
  const there = new Set(others.map(known));
  return rules.filter((rule) => !there.has(known(rule)));
}

/** The same for a rule whatever the order of its words. */
export function known(rule: string): string {
  return rule
    .split(/ (?=-)/)
    .map((part) => part.trim())
    .toSorted()
    .join(" ");
}

export function wordsOf(rule: string): string[] {
  return rule.split(/\s+/);
}

/** @returns undefined for what is not said, or negated. */
export function wordAfter(rule: string, option: string): string | undefined {
  const words = wordsOf(rule);
  const at = words.indexOf(option);
  const isNegated = at < 0 || words[at - 1] === "!" || words[at + 1] === "!";
  return isNegated ? undefined : words[at + 1];
}
