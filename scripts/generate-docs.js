/**
 * Writes what comes from the code: docs/records.md from the vocabulary, man pages and shell completions from the tables
 * that are behind `--help`, and from the `--help` of scripts; and the table of figures in the README from what the last
 * `npm run bench -- --readme` has kept.
 *
 * usage: node scripts/generate-docs.js [--check]   --check only compares, and fails if a file is out of date
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { KEPT, readFigures } from "../test/dist/bench/figures.js";
import { replaceFigures } from "../test/dist/bench/readme.js";
import { renderBashCompletion } from "./docs/bash-completion.js";
import { renderFishCompletion } from "./docs/fish-completion.js";
import { renderManPage } from "./docs/man-page.js";
import { renderRecordsPage } from "./docs/records-page.js";
import { findScripts } from "./docs/scripts.js";
import { commandsOf, findTools, TOP } from "./docs/tools.js";
import { renderZshCompletion } from "./docs/zsh-completion.js";

/** These hold nothing else: what is there and not made any more belongs to a tool that is gone. */
const FOLDERS = ["man/man1", "completions/bash", "completions/zsh", "completions/fish"];

/** @returns the text of each file, by its path from the top. */
async function renderAll() {
  const tools = await findTools();
  const scripts = findScripts(tools[0].version);
  const all = [...tools, ...scripts];
  const pages = all.flatMap((tool) =>
    commandsOf(tool).map(({ page, spec, manual }) => [
      `man/man1/${page}.1`,
      renderManPage({ page, spec, manual, tool, tools }),
    ]),
  );
  return new Map([
    ["README.md", replaceFigures(readFileSync(join(TOP, "README.md"), "utf8"), readFigures(KEPT))],
    ["docs/records.md", renderRecordsPage()],
    ...pages,
    ["completions/bash/viptools", renderBashCompletion(all)],
    ...all.map((tool) => [`completions/zsh/_${tool.name}`, renderZshCompletion(tool)]),
    ...all.map((tool) => [`completions/fish/${tool.name}.fish`, renderFishCompletion(tool)]),
  ]);
}

function strangers(files) {
  const found = FOLDERS.filter((folder) => existsSync(join(TOP, folder))).flatMap((folder) =>
    readdirSync(join(TOP, folder)).map((name) => `${folder}/${name}`),
  );
  return found.filter((path) => !files.has(path));
}

function write(files) {
  for (const path of strangers(files)) rmSync(join(TOP, path));
  for (const [path, text] of files) {
    mkdirSync(dirname(join(TOP, path)), { recursive: true });
    writeFileSync(join(TOP, path), text);
  }
}

function check(files) {
  const isStale = ([path, text]) =>
    !existsSync(join(TOP, path)) || readFileSync(join(TOP, path), "utf8") !== text;
  const stale = [...[...files].filter(isStale).map(([path]) => path), ...strangers(files)];
  for (const path of stale) process.stderr.write(`${path} is out of date: npm run docs\n`);
  if (stale.length > 0) process.exitCode = 1;
  else process.stdout.write(`${files.size} generated files are up to date\n`);
}

const files = await renderAll();
if (process.argv[2] === "--check") check(files);
else write(files);
