/** The scripts that have a page of their own: their table is the text of their `--help`, read back. */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { TOP } from "./tools.js";

const NAMES = ["arp-speaker", "failover", "keepalived-notify", "vip-doctor"];
const OPTION = /^ {2}(?:-(\w), | {4})--([a-z-]+)(?: ([A-Z]\S*))?(?: +(.*))?$/;
const EXIT = /^ {2}(\d+|else) +(.*)$/;

/** @returns each script as `findTools` has the tools. */
export function findScripts(version) {
  return NAMES.map((name) => {
    const text = execFileSync(join(TOP, "scripts", name), ["--help"], { encoding: "utf8" });
    return { name, version, ...readHelp(name, text) };
  });
}

/** @throws {Error} for a text of another form. */
export function readHelp(name, text) {
  const [summary, usage, ...paragraphs] = text.trimEnd().split("\n\n");
  const find = (heading) => paragraphs.find((paragraph) => paragraph.startsWith(`${heading}:\n`));
  const [examples, options, exits] = ["examples", "options", "exit codes"].map((heading) => {
    const found = find(heading);
    if (found === undefined) throw new Error(`${name} --help has no "${heading}:"`);
    return found.split("\n").slice(1);
  });
  const description = paragraphs.filter((paragraph) => !/^[a-z ]+:\n/.test(paragraph));
  const spec = {
    name,
    isScript: true,
    summary: summary.slice(name.length + 2),
    usage: readUsage(name, usage),
    examples: pairsOf(examples),
    options: readEntries(options, OPTION, ([letter, option, value, about = ""]) => [
      { letter, name: option, value, about },
    ]),
    exits: readEntries(exits, EXIT, ([code, about]) => [[code, about]]),
  };
  return { spec, manual: { description: description.map(asSentence) } };
}

/** A form a line, each with the name before it. */
function readUsage(name, paragraph) {
  return paragraph
    .split("\n")
    .map((line) =>
      line
        .replace(/^usage:/, "")
        .trim()
        .slice(name.length + 1),
    )
    .join(" | ");
}

/** A command, and below it what it is for. */
function pairsOf(lines) {
  const texts = lines.map((line) => line.trim());
  return texts.flatMap((text, n) => (n % 2 === 0 ? [[text, texts[n + 1] ?? ""]] : []));
}

/** What begins no entry goes on with the one before. */
function readEntries(lines, pattern, toEntry) {
  const whole = [];
  for (const line of lines)
    if (pattern.test(line)) whole.push(line);
    else whole.push(`${whole.pop()} ${line.trim()}`);
  return whole.flatMap((line) => toEntry(pattern.exec(line).slice(1)));
}

function asSentence(paragraph) {
  const text = paragraph.replaceAll("\n", " ");
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}
