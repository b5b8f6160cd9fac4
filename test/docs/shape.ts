/**
 * Whether what came out has the shape of what a page shows: times, durations, process ids and MACs of NICs are free.
 *
 * @module
 */

/** What is free, by what stands in its place on the page, and what may stand there instead. */
const FREE: readonly (readonly [shown: RegExp, instead: string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z/, String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z`],
  [/\d\d:\d\d:\d\d\.\d+/, String.raw`\d\d:\d\d:\d\d\.\d+`],
  // Of a virtual router the MAC is a fact.
  [/(?!00:00:5e:00:0[12])[0-9a-f]{2}(?::[0-9a-f]{2}){5}/, "[0-9a-f]{2}(?::[0-9a-f]{2}){5}"],
  [/(?<=owner |pid )\d+/, String.raw`\d+`],
  [/\d+(?= asked)/, String.raw`\d+`],
  [/(?<![\d.])\d+\.\d+(?![\d.])/, String.raw`\d+\.\d+`],
  [/…/, ".*"],
  [/\s+/, String.raw`\s+`],
];
const ANY_FREE = new RegExp(FREE.map(([shown]) => `(${shown.source})`).join("|"), "g");

/** @returns the lines of the page that did not come, from the first one missing on. */
export function missingLines(shown: readonly string[], seen: readonly string[]): readonly string[] {
  let next = 0;
  for (const line of seen) {
    if (next < shown.length && patternOf(shown[next]!).test(line.trim())) next += 1;
  }
  return shown.slice(next);
}

function patternOf(shown: string): RegExp {
  const source: string[] = [];
  let end = 0;
  const text = shown.trim();
  for (const match of text.matchAll(ANY_FREE)) {
    source.push(
      literal(text.slice(end, match.index)),
      FREE[match.slice(1).findIndex((part) => part !== undefined)]![1],
    );
    end = match.index + match[0].length;
  }
  return new RegExp(`^${source.join("")}${literal(text.slice(end))}$`);
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
