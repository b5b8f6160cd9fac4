/**
 * The page's colours, as its style has them for this screen.
 *
 * @module
 */
const NAMES = [
  "paper",
  "ink",
  "soft",
  "rule",
  "active",
  "backup",
  "initialize",
  "owned",
  "announced",
  "answer",
  "lost",
  "outage",
] as const;

export type Colours = Readonly<Record<(typeof NAMES)[number], string>>;

export function readColours(): Colours {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(
    NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
  ) as Colours;
}
