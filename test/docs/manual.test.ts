/** Man pages and completions, as their readers see them, against what the tools' own `--help` says. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import { attempt, attemptBeside, TOP } from "../lab/shell.ts";
import { type HelpText, readHelpTexts } from "./help-text.ts";
import { completeInBash, has } from "./shells.ts";

const HELP = await readHelpTexts();
/** They have no table: their pages come from their own `--help`. */
const SCRIPTS = ["arp-speaker", "failover", "keepalived-notify", "vip-doctor"];
const SECTIONS = ["NAME", "SYNOPSIS", "DESCRIPTION", "EXAMPLES", "OPTIONS", "EXIT STATUS", "SEE ALSO"];
const allNames = ({ options }: HelpText): string[] => options.flatMap(({ names }) => names);
const pageOf = ({ command }: HelpText): string => `${TOP}man/man1/${command.replace(" ", "-")}.1`;
const lacks = (program: string): string | false => (has(program) ? false : `${program} is not installed`);

interface ManPage {
  readonly headings: readonly string[];
  /** As they are typed. */
  readonly options: readonly string[];
  readonly exitCodes: readonly string[];
  readonly warnings: string;
}

/** As `man` shows it, wide enough that no tag is broken. */
async function readManPage(path: string): Promise<ManPage> {
  const { stdout, stderr } = await attemptBeside([
    "env",
    "MANWIDTH=200",
    "man",
    "--warnings",
    "-E",
    "UTF-8",
    "-l",
    path,
  ]);
  const lines = stdout.split("\n");
  const exits = lines.indexOf("EXIT STATUS");
  return {
    headings: lines.filter((line) => /^[A-Z]/.test(line)).slice(1),
    options: lines
      .slice(lines.indexOf("OPTIONS"), exits)
      .flatMap(
        (line) => /^ {7}(--?[a-zA-Z0-9][a-z0-9-]*(?:, --[a-z0-9-]+)*)/.exec(line)?.[1]?.split(", ") ?? [],
      ),
    exitCodes: lines.slice(exits).flatMap((line) => /^ {7}(\d+) {2}/.exec(line)?.[1] ?? []),
    warnings: stderr,
  };
}

test("help is read back: each tool has options, a value and an exit code, and vmac-ctl its commands", () => {
  ok(HELP.length > 10);
  for (const { command, options, exitCodes } of HELP) {
    ok(options.length >= 5 && exitCodes.length >= 6, command);
    ok(
      options.some(({ value }) => value === "NAME"),
      command,
    );
  }
  ok(HELP.some(({ command }) => command === "vmac-ctl follow"));
});

test("man: a page for each command, and no other", () => {
  deepEqual(
    readdirSync(`${TOP}man/man1`).sort(),
    [
      ...HELP.map(pageOf).map((path) => path.replace(/.*\//, "")),
      ...SCRIPTS.map((name) => `${name}.1`),
    ].sort(),
  );
});

test("man: each page has its sections, all options and exit codes of --help, and no warning", {
  skip: lacks("man"),
}, async () => {
  await Promise.all(
    HELP.map(async (help) => {
      const page = await readManPage(pageOf(help));
      equal(page.warnings, "", help.command);
      deepEqual(
        SECTIONS.filter((heading) => !page.headings.includes(heading)),
        [],
        help.command,
      );
      deepEqual([...page.options].sort(), allNames(help).sort(), help.command);
      deepEqual([...page.exitCodes].sort(), [...help.exitCodes].sort(), help.command);
    }),
  );
});

for (const name of SCRIPTS)
  test(`${name}: its page and its completions have all options that its --help has`, {
    skip: lacks("man"),
  }, async () => {
    const help = attempt([`${TOP}scripts/${name}`, "--help"]).stdout;
    const typed = [...help.matchAll(/^ {2}(?:(-\w), | {4})(--[a-z-]+)/gm)];
    const names = typed
      .flatMap(([, letter, long]) => (letter === undefined ? [long!] : [letter, long!]))
      .sort();
    ok(names.length > 3, name);
    const page = await readManPage(`${TOP}man/man1/${name}.1`);
    deepEqual({ names: [...page.options].sort(), warnings: page.warnings }, { names, warnings: "" });
    deepEqual([...completeInBash([[name, "-"]])[0]!].sort(), names);
    const codes = [...help.matchAll(/^ {2}(\d+) /gm)].map(([, code]) => code!);
    deepEqual(page.exitCodes, codes);
  });

test("man: no example is wider than a terminal of 80 columns", { skip: lacks("man") }, async () => {
  await Promise.all(
    HELP.map(async (help) => {
      const command = ["env", "MANWIDTH=80", "man", "-E", "UTF-8", "-l", pageOf(help)];
      const { stdout } = await attemptBeside(command);
      deepEqual(
        stdout.split("\n").filter((line) => line.length > 80),
        [],
        help.command,
      );
    }),
  );
});

test("man: no page has a warning of groff", { skip: lacks("groff") }, () => {
  for (const help of HELP) {
    const { code, stderr } = attempt(["groff", "-man", "-ww", "-z", pageOf(help)]);
    deepEqual({ code, stderr }, { code: 0, stderr: "" }, help.command);
  }
});

test("bash: behind a command all of its subcommands are offered, and behind a dash its options", () => {
  const behind = (typed: string): string[][] =>
    completeInBash(HELP.map(({ command }) => [...command.split(" "), typed]));
  const [words, options] = [behind(""), behind("-")];
  HELP.forEach((help, n) => {
    deepEqual(
      help.subcommands.filter((name) => !words[n]!.includes(name)),
      [],
      help.command,
    );
    deepEqual(options[n]!.sort(), allNames(help).sort(), help.command);
  });
});

test("bash: behind an option its values are offered: choices, interfaces, files, else nothing", () => {
  const rows = HELP.flatMap(({ command, options }) =>
    options.flatMap(({ names, value }) =>
      value === "" ? [] : names.map((name) => ({ command, name, value })),
    ),
  );
  const offered = completeInBash(rows.map(({ command, name }) => [...command.split(" "), name, ""]));
  const seen = new Set<string>();
  rows.forEach(({ command, name, value }, n) => {
    const what = `${command} ${name} ${value}`;
    const found = offered[n]!;
    const kind = value.includes("|") ? "choices" : ["IF", "FILE"].includes(value) ? value : "text";
    seen.add(kind);
    if (kind === "choices") deepEqual(found, value.split("|"), what);
    else if (kind === "IF") deepEqual([...found].sort(), readdirSync("/sys/class/net").sort(), what);
    else if (kind === "FILE") ok(found.includes("README.md"), what);
    else if (!/FILE|FOLDER|DIRECTORY|PATH|COMMAND/.test(value)) deepEqual(found, [], what);
  });
  deepEqual([...seen].sort(), ["FILE", "IF", "choices", "text"]);
});

test("bash: what is being typed narrows it down, also behind =", () => {
  const offered = completeInBash([
    ["vmac-ctl", "fo"],
    ["vmac-ctl", "follow", "--mode", "m"],
    ["vmac-ctl", "follow", "--mode", "="],
    ["vmac-ctl", "follow", "--mode", "=", "a"],
    ["vrrp-elect", "--config", "READ"],
    ["notify-exec", "--notify", "READ"],
    ["keepalived-fifo", "READ"],
    ["garp-send", "--unsol"],
    ["vmac-ctl", "nonsense", "--mode"],
  ]);
  const modes = completeInBash([["vmac-ctl", "follow", "--mode", ""]])[0]!;
  deepEqual(offered, [
    ["follow"],
    ["macvlan"],
    modes,
    ["address"],
    ["README.md"],
    ["README.md"],
    ["README.md"],
    ["--unsolicited"],
    [],
  ]);
});

for (const [shell, suffix] of [
  ["zsh", ""],
  ["fish", ".fish"],
] as const) {
  const files = readdirSync(`${TOP}completions/${shell}`).map((name) => `${TOP}completions/${shell}/${name}`);
  test(`${shell}: the files are ${shell}`, { skip: lacks(shell) }, () => {
    ok(files.length > 0 && files.every((file) => file.endsWith(suffix)));
    for (const file of files) deepEqual(attempt([shell, "-n", file]), { code: 0, stdout: "", stderr: "" });
  });
}

test("bash: the file has nothing that shellcheck finds fault with", { skip: lacks("shellcheck") }, () => {
  deepEqual(attempt(["shellcheck", `${TOP}completions/bash/viptools`]), { code: 0, stdout: "", stderr: "" });
});
