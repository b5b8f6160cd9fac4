/** Which FIFOs records are taken from. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { mistakeInInput, weaknessOfInput } from "./trusted-input.ts";

const skip = process.geteuid?.() === 0 ? false : "needs root";
const STRANGER = 65534;

const FIFOS: readonly (readonly [name: string, mode: number, uid: number, says: RegExp | undefined])[] = [
  ["its owner's alone", 0o600, 0, undefined],
  ["that others may write", 0o622, 0, /has mode 622: needs 600/],
  ["that a group may write", 0o620, 0, /has mode 620: needs 600/],
  ["that others may read, as mkfifo makes it", 0o644, 0, undefined],
  ["of a stranger", 0o600, STRANGER, /belongs to user 65534: needs a FIFO of this user or of root/],
];
/** @returns what is said of a FIFO with this mode and owner. */
function saidOf(judge: typeof mistakeInInput, mode: number, uid: number): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "input-"));
  const path = join(folder, "fifo");
  assert.equal(spawnSync("mkfifo", [path]).status, 0);
  chmodSync(path, mode);
  chownSync(path, uid, uid);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const seen = judge(fd);
  closeSync(fd);
  rmSync(folder, { recursive: true });
  return seen;
}

for (const [name, mode, uid, says] of FIFOS)
  test(`mistakeInInput() of a FIFO ${name}`, { skip }, () => {
    const seen = saidOf(mistakeInInput, mode, uid);
    if (says === undefined) assert.equal(seen, undefined);
    else assert.match(seen ?? "nothing", says);
  });

test("weaknessOfInput() of a FIFO that others may read, and so empty; of its owner's alone it is none", {
  skip,
}, () => {
  assert.match(saidOf(weaknessOfInput, 0o644, 0) ?? "nothing", /has mode 644: who else reads/);
  assert.equal(saidOf(weaknessOfInput, 0o600, 0), undefined);
});

test("mistakeInInput() takes a pipe without a name, whosever it is, and what is no FIFO", () => {
  const fd = openSync("/dev/null", "r");
  assert.equal(mistakeInInput(fd), undefined);
  closeSync(fd);
  const url = JSON.stringify(new URL("./trusted-input.js", import.meta.url).href);
  const script = `true | { sleep 0.1; "$NODE" -e 'import(${url}).then((m) => console.log(m.mistakeInInput(0)))'; }`;
  const env = { ...process.env, NODE: process.execPath };
  assert.equal(spawnSync("bash", ["-c", script], { encoding: "utf8", env }).stdout, "undefined\n");
});
