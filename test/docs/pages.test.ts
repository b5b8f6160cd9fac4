/** Every block of the pages that can run is run, on hosts of the lab. docs/writing.md says how a page tells where. */
import { ok } from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { TOP } from "../lab/shell.ts";
import { needsRoot } from "../lab/stage.ts";
import { readPage } from "./page.ts";
import { playScene } from "./play.ts";

/** Scenes wait for most of their time. */
const AT_A_TIME = 4;
const PAGES = ["README.md", ...pagesBelow("docs")];
const chosen = PAGES.filter((page) => page.includes(process.env["VIPTOOLS_PAGE"] ?? ""));

function pagesBelow(folder: string): string[] {
  return readdirSync(`${TOP}${folder}`, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? pagesBelow(`${folder}/${entry.name}`) : [`${folder}/${entry.name}`],
    )
    .filter((path) => path.endsWith(".md"))
    .sort();
}

describe("pages", { concurrency: AT_A_TIME }, () => {
  for (const page of chosen) {
    const text = readFileSync(`${TOP}${page}`, "utf8");
    test(`${page}: each block has a mark`, () => {
      ok(readPage(text));
    });
    for (const scene of scenesOf(text)) {
      test(`${page}:${scene.line}: ${scene.hosts.join(" ")}`, needsRoot, async () => {
        await playScene(page, scene);
      });
    }
  }
});

/** A page that cannot be read fails once, in its own test. */
function scenesOf(text: string): ReturnType<typeof readPage> {
  try {
    return readPage(text);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}
