/**
 * Reads Prometheus' text format as strictly as it is written down, version 0.0.4, and with the rules of `promtool check
 * metrics` that can be seen in the text.
 *
 * @module
 */

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)*)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram|summary|untyped)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.+)\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|[+-]Inf|NaN)$/;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^\\"]|\\\\|\\"|\\n)*)"(?:,|$)/;

/** @throws {Error} naming the line that is wrong. */
export function parseExposition(text: string): Sample[] {
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  const samples: Sample[] = [];
  const seen = new Set<string>();
  const families = new Map<string, string>();
  let help: string | undefined;
  let family: string | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    if (line.startsWith("# HELP ")) {
      help = HELP.exec(line)?.[1] ?? wrong(line, "is no HELP");
      if (families.has(help)) wrong(line, "comes a second time");
      family = undefined;
    } else if (line.startsWith("# TYPE ")) {
      const [, name, type] = TYPE.exec(line) ?? wrong(line, "is no TYPE");
      if (name !== help) wrong(line, "has no HELP before it");
      if ((type === "counter") !== name!.endsWith("_total")) wrong(line, "is no counter by its name");
      family = name!;
      families.set(family, type!);
    } else {
      const sample = parseSample(line);
      if (sample.name !== family) wrong(line, "is outside of its family");
      const key = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
      if (seen.has(key)) wrong(line, "comes a second time");
      seen.add(key);
      if (families.get(family!) === "counter" && !(sample.value >= 0)) wrong(line, "counts below 0");
      samples.push(sample);
    }
  }
  return samples;
}

function parseSample(line: string): Sample {
  const [, name, inside = "", value] = SAMPLE.exec(line) ?? wrong(line, "is no sample");
  const labels: Record<string, string> = {};
  for (let rest = inside; rest !== ""; ) {
    const [all, label, text] = LABEL.exec(rest) ?? wrong(line, "has a label that cannot be read");
    if (Object.hasOwn(labels, label!)) wrong(line, "has a label twice");
    labels[label!] = text!.replace(/\\(.)/g, (_, c: string) => (c === "n" ? "\n" : c));
    rest = rest.slice(all.length);
  }
  return { name: name!, labels, value: Number(value!.replace("Inf", "Infinity")) };
}

function wrong(line: string, why: string): never {
  throw new Error(`"${line}" ${why}`);
}

/** @returns the value of the one sample with these labels; undefined if there is none. */
export function valueIn(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels);
  return samples.find(
    (sample) => sample.name === name && wanted.every(([label, text]) => sample.labels[label] === text),
  )?.value;
}
