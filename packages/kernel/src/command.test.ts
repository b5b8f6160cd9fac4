/** Programs in groups of their own: real processes. */
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { Command, type CommandEnd } from "./command.ts";

const ENVIRONMENT = { PATH: "/usr/bin:/bin" };

function start(line: string, more: { uid?: number; gid?: number } = {}): Command {
  return new Command({ argv: ["/bin/sh", "-c", line], environment: ENVIRONMENT, ...more });
}

const ENDS: readonly (readonly [line: string, end: Partial<CommandEnd>])[] = [
  ["exit 0", { code: 0, firstLine: "" }],
  ["exit 3", { code: 3 }],
  ["kill -9 $$", { code: undefined, signal: "SIGKILL" }],
  ["echo one; echo two", { firstLine: "one" }],
  ["echo wrong >&2; exit 1", { code: 1, firstLine: "wrong" }],
  ["printf '\\n\\n  after blanks  \\nmore'", { firstLine: "after blanks" }],
  ["pwd", { firstLine: "/" }],
  ["cat; echo nothing to read", { firstLine: "nothing to read" }],
  ["echo $PATH:$HOME:$USER", { firstLine: "/usr/bin:/bin::" }],
];
for (const [line, wanted] of ENDS)
  test(`Command: "${line}" ends with ${JSON.stringify(wanted)}`, async () => {
    const end = await start(line).ended;
    for (const [key, value] of Object.entries(wanted)) assert.equal(end[key as keyof CommandEnd], value, key);
  });

test("Command: a program that is not there is a failure", async () => {
  const { failure, code } = await new Command({ argv: ["/nope"], environment: {} }).ended;
  assert.deepEqual([failure, code], ["ENOENT", undefined]);
});

test("Command: who never stops writing is not read for ever", async () => {
  const { firstLine, signal } = await start("exec yes").ended;
  assert.deepEqual([firstLine, signal], ["y", "SIGPIPE"]);
});

test("Command: what is left of the group when the leader ends is ended, too", async () => {
  const command = start("sleep 1000 & echo $!");
  assert.equal(isRunning((await command.ended).firstLine), false);
});

test("Command: terminate() ends a group that does not want to", async () => {
  const folder = mkdtempSync(join(tmpdir(), "command-"));
  const path = join(folder, "ready");
  const command = start(`trap "" TERM; sleep 1000 & echo $!; touch ${path}; while :; do wait; done`);
  while (!existsSync(path)) await new Promise((resolve) => setTimeout(resolve, 10));
  command.terminate();
  const { signal, firstLine } = await command.ended;
  rmSync(folder, { recursive: true });
  assert.equal(signal, "SIGKILL");
  assert.equal(isRunning(firstLine), false);
});

const needsRoot = { skip: process.geteuid?.() === 0 ? false : "needs root: other users" };
test("Command: another user has no group of root's left", needsRoot, async () => {
  const { firstLine } = await start("echo $(id -u) $(id -g) $(id -G)", { uid: 65_534, gid: 65_534 }).ended;
  assert.equal(firstLine, "65534 65534 65534");
});

/** One that waits for its parent to look at it has ended. */
function isRunning(pid: string): boolean {
  try {
    return !/\) [ZX]/.test(readFileSync(`/proc/${Number(pid)}/stat`, "utf8"));
  } catch {
    return false;
  }
}
