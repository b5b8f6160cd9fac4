/** What a configuration file may be: nothing that waits, and nothing without an end. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { readSettingsText } from "./settings-text.ts";

const folder = mkdtempSync(join(tmpdir(), "settings-text-"));
test.after(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string): string => join(folder, name);
writeFileSync(inFolder("plain"), "{}\n");
symlinkSync("plain", inFolder("link"));
writeFileSync(inFolder("large"), Buffer.alloc((4 << 20) + 1, " "));
spawnSync("mkfifo", [inFolder("pipe")]);

for (const name of ["plain", "link"])
  test(`readSettingsText() reads a ${name} file`, () =>
    assert.equal(readSettingsText(inFolder(name)), "{}\n"));

const REFUSED: readonly (readonly [path: string, code: number, says: RegExp])[] = [
  [inFolder("none"), 66, /Cannot read .*none: there is no such file or folder/],
  [inFolder("pipe"), 66, /it is a pipe, needs a regular file/],
  [folder, 66, /it is a folder, needs a regular file/],
  ["/dev/zero", 66, /it is a device, needs a regular file/],
  [inFolder("large"), 78, /large: is too large: needs at most 4 MiB/],
];
for (const [path, code, says] of REFUSED)
  test(`readSettingsText() refuses ${path.replace(folder, "")}`, () =>
    assert.throws(() => readSettingsText(path), { code, message: says }));

const READER = `import(${JSON.stringify(new URL("./settings-text.js", import.meta.url).href)}).then(({ readSettingsText: read }) => console.log(read(process.argv[1])))`;
const SHELL: readonly (readonly [line: string, says: RegExp])[] = [
  ['read <(sleep 0.1; echo "{1}"; echo "{2}")', /^\{1\}\n\{2\}\n/],
  ['(sleep 0.1; echo "{1}") | read /dev/stdin', /^\{1\}\n/],
  [`read /dev/stdin < ${inFolder("plain")}`, /^\{\}\n/],
  ["read /dev/stdin < /dev/zero", /too large/],
];
for (const [line, says] of SHELL)
  test(`readSettingsText() after: ${line.replace(folder, "")}`, () => {
    const script = `read() { "$NODE" -e "$READER" "$1"; }; ${line}`;
    const env = { ...process.env, NODE: process.execPath, READER };
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", timeout: 10_000, env });
    assert.match(`${stdout}${stderr}`, says);
  });
