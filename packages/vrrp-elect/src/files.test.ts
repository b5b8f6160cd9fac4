/** Files that an elector reads: nobody else may have a say in them, or hold it up by them. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { AckFiles } from "./ack-files.ts";
import { readPassword } from "./password.ts";
import type { RouterOptions } from "./router-options.ts";

const skip = process.geteuid?.() === 0 ? false : "needs root";
const STRANGER = 65534;

type Make = (path: string) => void;
const file =
  (text: string, mode: number, uid: number): Make =>
  (path) => {
    writeFileSync(path, text);
    chmodSync(path, mode);
    chownSync(path, uid, uid);
  };
const fifo: Make = (path) => assert.equal(spawnSync("mkfifo", ["-m", "600", path]).status, 0);

function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "elector-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

const PASSWORDS: readonly (readonly [name: string, make: Make, code: number | undefined])[] = [
  ["a file of its own", file("secret\n", 0o600, 0), undefined],
  ["a file that others read", file("secret\n", 0o640, 0), 78],
  ["a stranger's file", file("secret\n", 0o600, STRANGER), 78],
  ["a FIFO that nobody writes", fifo, 78],
  ["a file without an end", (path) => symlinkSync("/dev/zero", path), 78],
  ["no file", () => {}, 66],
];
for (const [name, make, code] of PASSWORDS)
  test(`readPassword() of ${name}: ${code ?? "taken"}`, { skip }, (t) => {
    const authFile = join(makeFolder(t), "auth");
    make(authFile);
    const read = (): unknown => readPassword({ authFile } as RouterOptions);
    if (code === undefined) assert.deepEqual(read(), Uint8Array.from(Buffer.from("secret\0\0")));
    else assert.throws(read, { code });
  });

const SAID = "eth0/4/51 7\n";
const ACKS: readonly (readonly [name: string, make: Make, isHeard: boolean])[] = [
  ["a file of its own", file(SAID, 0o600, 0), true],
  ["a stranger's file", file(SAID, 0o600, STRANGER), false],
  ["a link", (path) => symlinkSync("/proc/self/status", path), false],
  ["a FIFO that nobody writes", fifo, false],
  ["more than there can be to say", file(SAID.repeat(100_000), 0o600, 0), false],
];
for (const [name, make, isHeard] of ACKS)
  test(`AckFiles ${isHeard ? "hears" : "passes over"} ${name}, and never waits`, { skip }, async (t) => {
    const path = join(makeFolder(t), "ack");
    const heard: string[] = [];
    const acks = new AckFiles((instance, epoch) => heard.push(`${instance} ${epoch}`));
    t.after(() => acks.close());
    acks.watch(path);
    make(`${path}.new`);
    renameSync(`${path}.new`, path);
    for (let n = isHeard ? 500 : 20; n > 0 && heard.length === 0; n--)
      await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual([...new Set(heard)], isHeard ? [SAID.trim()] : []);
  });
