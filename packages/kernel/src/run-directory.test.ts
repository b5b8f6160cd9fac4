/** Two tools at once on a host that owns nothing: each tidies up behind itself. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { readBootId, readNamespaceCookie } from "./clock.ts";
import { RunDirectory } from "./run-directory.ts";

const skip = process.geteuid?.() === 0 ? false : "needs root";

test("RunDirectory reads nothing, and throws nothing, where another process has just tidied up", {
  skip,
}, () => {
  const [mine, theirs] = [new RunDirectory(), new RunDirectory()];
  theirs.tidy();
  assert.deepEqual(mine.list("own-"), []);
  mine.sweep();
});

test("S3 remove() takes away what a killed process had not finished writing", { skip }, () => {
  const runs = new RunDirectory();
  const unfinished = `/run/viptools/${readBootId()}-${readNamespaceCookie()}/cut-short.json.new`;
  writeFileSync(unfinished, "{");
  runs.remove("cut-short");
  assert.equal(existsSync(unfinished), false);
  runs.tidy();
});

const PROCESSES = 4;
const LASTS_MS = 1500;
const MAKE_AND_TIDY = `
  import { RunDirectory } from ${JSON.stringify(new URL("./run-directory.js", import.meta.url).href)};
  const end = Date.now() + ${LASTS_MS};
  while (Date.now() < end) new RunDirectory().tidy();
`;

test("RunDirectory makes its folder while others take it away", { skip }, async (t) => {
  const root = mkdtempSync(join(tmpdir(), "run-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const env = { ...process.env, VIPTOOLS_RUN: join(root, "run") };
  const argv = ["--input-type=module", "--eval", MAKE_AND_TIDY];
  const children = Array.from({ length: PROCESSES }, () =>
    spawn(process.execPath, argv, { env, stdio: ["ignore", "ignore", "inherit"] }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, "exit"))[0]));
  assert.deepEqual(codes, Array(PROCESSES).fill(0));
});
