/** Who can change what a path leads to: real files, real owners. */
import assert from "node:assert/strict";
import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { findUntrusted, findUntrustedSettings } from "./trusted-path.ts";

const needsRoot = { skip: process.geteuid?.() === 0 ? false : "needs root: files of several owners" };
const NOBODY = 65_534;

/** A folder of root's with a program in it. */
function withProgram(play: (folder: string, program: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "trusted-"));
  mkdirSync(join(folder, "bin"));
  const program = join(folder, "bin", "check");
  writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
  try {
    play(folder, program);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const CHECK = "bin/check";
const FAULTS: readonly (readonly [
  name: string,
  spoil: (folder: string, program: string) => void,
  /** What is looked at then. */
  path: string,
  fault: RegExp | undefined,
])[] = [
  ["a program of root's", () => {}, CHECK, undefined],
  [
    "one that all may write",
    (_, program) => chmodSync(program, 0o757),
    CHECK,
    /check is writable by others$/,
  ],
  ["one that its group may write", (_, program) => chmodSync(program, 0o775), CHECK, /by group 0$/],
  [
    "one of somebody else's",
    (_, program) => chownSync(program, NOBODY, 0),
    CHECK,
    /check belongs to user 65534$/,
  ],
  [
    "a folder that all may write",
    (folder) => chmodSync(join(folder, "bin"), 0o777),
    CHECK,
    /bin is writable by/,
  ],
  ["the folder above", (folder) => chmodSync(folder, 0o777), CHECK, /trusted-\w+ is writable by others$/],
  ["a folder of somebody else's", (folder) => chownSync(folder, NOBODY, 0), CHECK, /belongs to user 65534$/],
  ["a sticky folder that all may write", (folder) => chmodSync(folder, 0o1777), CHECK, undefined],
  ["a link to it", (folder, program) => symlinkSync(program, join(folder, "link")), "link", undefined],
  ["a link that leads by an open folder", leadAway, CHECK, /open is writable by others$/],
  ["a link of somebody else's in a sticky folder", linkOfOthers, "link", /link belongs to user 65534$/],
];

function leadAway(folder: string, program: string): void {
  mkdirSync(join(folder, "open"));
  chmodSync(join(folder, "open"), 0o777);
  writeFileSync(join(folder, "open", "check"), "", { mode: 0o755 });
  rmSync(program);
  symlinkSync("../open/../open/check", program);
}

/** Who owns a link can lead it elsewhere. */
function linkOfOthers(folder: string, program: string): void {
  chmodSync(folder, 0o1777);
  symlinkSync(program, join(folder, "link"));
  lchownSync(join(folder, "link"), NOBODY, NOBODY);
}

for (const [name, spoil, path, fault] of FAULTS)
  test(`findUntrusted(): ${name} is ${fault === undefined ? "trusted" : "not"}`, needsRoot, () =>
    withProgram((folder, program) => {
      spoil(folder, program);
      const found = findUntrusted(join(folder, path));
      if (fault === undefined) assert.equal(found, undefined);
      else assert.match(found ?? "trusted", fault);
    }),
  );

test("findUntrusted() says that there is no such file, and that links go round", needsRoot, () =>
  withProgram((folder) => {
    assert.throws(() => findUntrusted(join(folder, "none")), { code: "ENOENT" });
    symlinkSync("round", join(folder, "round"));
    assert.throws(() => findUntrusted(join(folder, "round")), { code: "ELOOP" });
  }),
);

const INHERITED = ["/dev/stdin", "/dev/fd/63"];
test("findUntrustedSettings() looks as root alone, and passes over what was inherited", needsRoot, () => {
  withProgram((_, program) => {
    chownSync(program, NOBODY, NOBODY);
    assert.match(findUntrustedSettings(program) ?? "nothing", /belongs to user 65534/);
    for (const path of INHERITED) assert.equal(findUntrustedSettings(path), undefined);
    process.seteuid?.(NOBODY);
    try {
      assert.equal(findUntrustedSettings(program), undefined);
    } finally {
      process.seteuid?.(0);
    }
  });
});
