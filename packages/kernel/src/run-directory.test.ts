/** Two tools at once on a host that owns nothing: each tidies up behind itself. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
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

const STRANGER = 65534;
const folderOf = (path: string, uid: number, mode: number): void => {
  mkdirSync(path);
  chownSync(path, uid, uid);
  chmodSync(path, mode);
};
/** What a stranger has put where the journal goes. */
const TRAPS: readonly (readonly [name: string, set: (root: string) => string | undefined, says: RegExp])[] = [
  [
    "a link to a folder of ours",
    (root) => {
      folderOf(`${root}-ours`, 0, 0o700);
      symlinkSync(`${root}-ours`, root);
      return undefined;
    },
    /it is no directory/,
  ],
  ["a FIFO", (root) => void spawnSync("mkfifo", [root]), /Cannot make|it is no directory/],
  ["a folder of its own", (root) => folderOf(root, STRANGER, 0o700) as undefined, /belongs to user 65534/],
  [
    "a folder that others can write",
    (root) => folderOf(root, 0, 0o777) as undefined,
    /only this user can write/,
  ],
  [
    "the folder above it",
    (root) => {
      folderOf(root, STRANGER, 0o755);
      return join(root, "below");
    },
    /belongs to user 65534/,
  ],
];
const MAKE = `
  import { RunDirectory } from ${JSON.stringify(new URL("./run-directory.js", import.meta.url).href)};
  try { new RunDirectory().write("own-x", {}); } catch (error) { console.log(error.message); }
`;
for (const [name, set, says] of TRAPS)
  test(`RunDirectory refuses ${name} of a stranger, and writes nothing there`, { skip }, (t) => {
    const folder = mkdtempSync(join(tmpdir(), "trap-"));
    t.after(() => rmSync(folder, { recursive: true }));
    chmodSync(folder, 0o1777);
    const root = join(folder, "run");
    const env = { ...process.env, VIPTOOLS_RUN: set(root) ?? root };
    const argv = ["--input-type=module", "--eval", MAKE];
    const { stdout } = spawnSync(process.execPath, argv, { env, encoding: "utf8", timeout: 20_000 });
    assert.match(stdout, says);
    const made = readdirSync(folder, { recursive: true, encoding: "utf8" });
    assert.ok(
      made.every((path) => !path.includes("-ours/") && !path.endsWith(".json")),
      made.join(" "),
    );
  });
