/**
 * Writes the tables of docs/announcing.md from what neighbours in the lab make of each packet. Needs root.
 *
 * usage: node test/dist/announcing/main.js [--check]   --check only compares, and fails if the page is out of date
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { TOP } from "../lab/shell.ts";
import { onStage } from "../lab/stage.ts";
import { replaceTables } from "./page.ts";
import { HOSTS, playAll } from "./scene.ts";

const PAGE = join(TOP, "docs/announcing.md");

await onStage(HOSTS, async (network) => {
  const page = readFileSync(PAGE, "utf8");
  const text = replaceTables(page, await playAll(network));
  if (process.argv[2] !== "--check") writeFileSync(PAGE, text);
  else if (text !== page) {
    process.stderr.write("docs/announcing.md is out of date: node test/dist/announcing/main.js\n");
    process.exitCode = 1;
  }
});
