import assert from "node:assert/strict";
import test from "node:test";
import { orUsage, parseArgs } from "./args.ts";
import type { CommandSpec } from "./command.ts";
import { parseDurationUs } from "./duration.ts";
import { ExitError } from "./exit.ts";
import { renderHelp } from "./help.ts";

const SPEC: CommandSpec = {
  name: "tool",
  summary: "does one thing",
  usage: "-I IF WORD…",
  examples: [["tool -I eth0 x", "does it"]],
  words: { name: "WORD", atLeast: 1 },
  options: [
    { name: "interface", letter: "I", value: "IF", about: "where" },
    { name: "count", letter: "c", value: "N", default: "3", about: "how often" },
    { name: "mode", value: "M", choices: ["fast", "safe"], default: "safe", about: "how" },
    { name: "quiet", letter: "q", about: "say less" },
    { name: "preempt", default: "true", about: "take over" },
    { name: "peer", value: "IP", isRepeated: true, about: "whom" },
  ],
};

const GOOD: [string, (args: ReturnType<typeof parseArgs>) => unknown, unknown][] = [
  ["-I eth0 x", (a) => a.text("interface"), "eth0"],
  ["--interface=eth0 x", (a) => a.text("interface"), "eth0"],
  ["x", (a) => a.text("count"), "3"],
  ["-c5 x", (a) => a.integer("count", 1, 9), 5],
  ["-q x", (a) => a.flag("quiet"), true],
  ["x", (a) => a.flag("quiet"), false],
  ["x", (a) => a.flag("preempt"), true],
  ["--no-preempt x", (a) => a.flag("preempt"), false],
  ["--peer 1 --peer 2 x", (a) => a.texts("peer"), ["1", "2"]],
  ["--peer 1 x", (a) => a.texts("peer"), ["1"]],
  ["x 192.0.2.1 0x10", (a) => a.words, ["x", "192.0.2.1", "0x10"]],
  ["-- -x", (a) => a.words, ["-x"]],
  ["-- x -Ieth0 --quiet=no -- 0x1", (a) => a.words, ["x", "-Ieth0", "--quiet=no", "--", "0x1"]],
  ["-c -1s x", (a) => a.text("count"), "-1s"],
  ["--count -1.5ms x", (a) => a.text("count"), "-1.5ms"],
  ["-c -1 x", (a) => a.text("count"), "-1"],
  ["--help", (a) => a.flag("help"), true],
];
for (const [line, read, wanted] of GOOD) {
  test(`parseArgs() reads "${line}"`, () => assert.deepEqual(read(parseArgs(SPEC, line.split(" "))), wanted));
}

const BAD: [string, RegExp][] = [
  ["", /WORD is missing/],
  ["--counts 2 x", /--counts is unknown.*--count/],
  ["-z x", /-z is unknown/],
  ["-q -1s x", /-1 is unknown/],
  ["x -I", /--interface needs a value/],
  ["-I eth0 -I eth1 x", /given 2 times/],
  ["--mode slow x", /"slow": needs fast, safe/],
];
for (const [line, wanted] of BAD) {
  test(`parseArgs() refuses "${line}" with a sentence`, () => {
    const argv = line === "" ? [] : line.split(" ");
    assert.throws(
      () => parseArgs(SPEC, argv),
      (e) => e instanceof ExitError && e.code === 64 && wanted.test(e.message),
    );
  });
}

for (const text of ["0", "10", "1.5", "x", "-3", "1e0"]) {
  test(`Args.integer() refuses "${text}" outside 1 to 9`, () => {
    assert.throws(
      () => parseArgs(SPEC, [`--count=${text}`, "x"]).integer("count", 1, 9),
      /whole number from 1 to 9/,
    );
  });
}

test("orUsage() lets other errors pass", () => {
  assert.throws(
    () =>
      orUsage(() => {
        throw new TypeError("bug");
      }),
    TypeError,
  );
});

const DURATIONS: [string, number | undefined][] = [
  ["10ms", 10_000],
  ["1.5s", 1_500_000],
  ["2m", 120_000_000],
  ["1h", 3_600_000_000],
  ["2", 2_000_000],
  ["0.2", 200_000],
  ["0", 0],
  ["5us", 5],
  ["", undefined],
  ["-1s", undefined],
  ["1 s", undefined],
  ["1d", undefined],
  [".5s", undefined],
  ["576h", 2_073_600_000_000],
  ["600h", undefined],
  ["9".repeat(400), undefined],
];
for (const [text, us] of DURATIONS) {
  test(`parseDurationUs() reads "${text}" as ${us}`, () => {
    if (us === undefined) assert.throws(() => parseDurationUs(text), SyntaxError);
    else assert.equal(parseDurationUs(text), us);
  });
}

test("renderHelp() shows examples before options, and fits a screen's width", () => {
  const help = renderHelp(SPEC);
  assert.ok(help.indexOf("examples:") < help.indexOf("options:"));
  assert.ok(help.split("\n").every((line) => line.length <= 110));
});

test("renderHelp() puts options under their headings, those of every command last", () => {
  const [interfaceOption, ...others] = SPEC.options;
  const help = renderHelp({ ...SPEC, options: [...others, { ...interfaceOption!, group: "looking" }] });
  const lines = help.split("\n");
  assert.match(lines[lines.indexOf("looking:") + 1]!, /--interface/);
  assert.ok(lines.indexOf("looking:") < lines.indexOf("options:"));
  assert.ok(lines.indexOf("options:") < lines.findIndex((line) => line.includes("--count")));
});

test("renderHelp() tells each exit code once, in the command's own words", () => {
  const help = renderHelp({ ...SPEC, exits: [[74, "the log is full"]] });
  assert.deepEqual(help.match(/^ +74 .*$/gm), ["  74                        the log is full"]);
});
